import { runTypeScript } from './run-typescript.js'

// Plays a week and takes a picture of its report for docs/: npm run report:picture -- [--chromium PATH] [--out DIRECTORY]
await runTypeScript('../test/week/report-picture.ts')
