// Imported before anything that builds a schema: zod would otherwise probe `new Function`, which our content security
// policy forbids and the browser would report.
import * as z from 'zod'

z.config({ jitless: true })
