import { runTypeScript } from './run-typescript.js'

// Kills and disturbs the product at every request and command: npm run crash -- [--only KIND] [--sample N] [--seed TEXT]
await runTypeScript('../test/crash/command-line.ts')
