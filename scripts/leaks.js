import { runTypeScript } from './run-typescript.js'

// Looks for marked people and secrets in all that is written, in every command and every trouble: npm run leaks -- [--only COMMAND]
await runTypeScript('../test/leaks/command-line.ts')
