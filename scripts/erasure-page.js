import { runTypeScript } from './run-typescript.js'

// Erases one person on the playground, and writes what was to be seen into docs/erasure.md: npm run erasure:page
await runTypeScript('../test/erasure/command-line.ts')
