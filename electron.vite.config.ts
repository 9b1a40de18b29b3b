// Builds the desktop app into out/: main as ESM, the sandboxed preload as one CommonJS file, the renderer as it builds
// itself. Everything is bundled except `dependencies` (better-sqlite3, which is native) and Electron.
import path from 'node:path'
import { defineConfig } from 'electron-vite'
import { rendererConfig } from './renderer/vite.config.ts'

const here = (file: string) => path.join(import.meta.dirname, file)

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rollupOptions: {
        // The broker's threads are programs of their own.
        input: {
          index: here('electron/main.ts'),
          'audit-reader': here('broker/audit/reader-worker.ts'),
          'verify-worker': here('broker/audit/verify-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: here('electron/preload.ts'),
        output: { format: 'cjs', entryFileNames: 'index.cjs' },
      },
    },
  },
  renderer: {
    ...rendererConfig,
    root: here('renderer'),
    build: {
      ...rendererConfig.build,
      minify: true,
      // Loaded from the disk, so its size costs no download.
      chunkSizeWarningLimit: 2000,
      // One browser only here: the Chromium that the pinned Electron carries, or an older one.
      target: 'chrome140',
      cssTarget: 'chrome140',
      outDir: here('out/renderer'),
      rollupOptions: { input: here('renderer/index.html') },
    },
  },
})
