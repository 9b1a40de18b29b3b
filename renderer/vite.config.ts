// How the renderer is bundled; the desktop build reuses these settings, the stand-alone build runs them as they are.
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

/** `root` is relative to the repository, from where every build runs. */
export const rendererConfig: UserConfig = {
  root: 'renderer',
  base: './',
  plugins: [react(), tailwind()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // The tokens use light-dark(); lower targets would have it rewritten.
    target: ['chrome123', 'firefox128', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    // Nothing may become a data: URL, the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
}

// biome-ignore lint/style/noDefaultExport: what vite reads
export default defineConfig(rendererConfig)
