// Starts the window: finds the broker, follows it, draws.
import './csp-safe.ts'
import './ui/app.css'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startSession } from './state/session.ts'
import { connectTransport } from './transport/connect.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

const stop = startSession(connectTransport())
window.addEventListener('pagehide', stop)

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <App />
    </CSPProvider>
  </StrictMode>,
)
