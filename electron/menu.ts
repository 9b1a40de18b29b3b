// The application menu: the platform's standard roles, so that copy, paste, zoom and quit work as everywhere.
import { app, Menu, type MenuItemConstructorOptions } from 'electron'

export const applicationMenu = (platform: NodeJS.Platform, packaged: boolean): MenuItemConstructorOptions[] => {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  // A packaged app has neither: a console in the page could approve calls.
  const development: MenuItemConstructorOptions[] = packaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    platform === 'darwin' ? { role: 'fileMenu' } : { label: '&File', submenu: [{ role: 'close' }, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: '&View', submenu: [...view, ...development] },
    { role: 'windowMenu' },
  ]
}

export const setApplicationMenu = (platform: NodeJS.Platform): void => {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(platform, app.isPackaged)))
}
