// The version of this program; the build puts package.json's in its place.
declare const __VERSION__: string | undefined

export const version: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev'
