// Where everything lies under the data folder (COUNTERSIGN_HOME). Pure, so that proxy and broker cannot disagree.

export type HomeLayout = {
  home: string
  policies: string
  published: string
  spool: string
  database: string
  keys: string
  privateKey: string
  publicKey: string
  proxyToken: string
  /** Key of the marks that stand for secrets in the log. */
  markKey: string
  run: string
  socket: string
  settings: string
  /** What is known of how long each client waits. */
  budgets: string
}

export type Place = {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  homeDir: string
  tmpDir: string
  userName: string
  sha256(text: string): string
}

/** Longest Unix socket path that every platform accepts (macOS: 104 bytes with the terminating zero). */
const maxSocketPath = 100

/** The data folder: COUNTERSIGN_HOME, else the platform's place for application data. */
export function homeFolder(place: Pick<Place, 'platform' | 'env' | 'homeDir'>): string {
  const { platform, env, homeDir } = place
  const chosen = env['COUNTERSIGN_HOME']
  if (chosen) return chosen
  if (platform === 'win32') return `${env['LOCALAPPDATA'] ?? `${homeDir}\\AppData\\Local`}\\Countersign`
  if (platform === 'darwin') return `${homeDir}/Library/Application Support/Countersign`
  return `${env['XDG_DATA_HOME'] || `${homeDir}/.local/share`}/countersign`
}

export function homeLayout(
  home: string,
  place: Pick<Place, 'platform' | 'tmpDir' | 'userName' | 'sha256'>,
): HomeLayout {
  const separator = place.platform === 'win32' ? '\\' : '/'
  const under = (...parts: string[]) => [home, ...parts].join(separator)
  const id = place.sha256(home).slice(0, 12)
  let run = under('run')
  let socket = under('run', 'broker.sock')
  if (place.platform === 'win32') {
    socket = `\\\\.\\pipe\\countersign-${place.userName}-${id}`
  } else if (encodeURIComponent(socket).replace(/%../g, '.').length > maxSocketPath) {
    run = `${place.tmpDir}/countersign-${place.userName}-${id}`
    socket = `${run}/broker.sock`
  }
  return {
    home,
    policies: under('policies'),
    published: under('published', 'policy.json'),
    spool: under('spool'),
    database: under('audit.db'),
    keys: under('keys'),
    privateKey: under('keys', 'signing.key'),
    publicKey: under('keys', 'signing.pub'),
    proxyToken: under('keys', 'proxy.token'),
    markKey: under('keys', 'mark.key'),
    run,
    socket,
    settings: under('settings.json'),
    budgets: under('budgets.json'),
  }
}
