import { runTypeScript } from './run-typescript.js'

// Pictures of the admin page for docs/dashboard, from the stand-ins: npm run screenshots -- [--to DIRECTORY] [--chromium PATH]
await runTypeScript('../test/browser/screenshots.ts')
