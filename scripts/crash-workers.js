import { runTypeScript } from './run-typescript.js'

// Kills workers at random: npm run crash:workers -- [--people 2000] [--workers 10] [--kills 30] [--seed N] [--engine bullmq] [--scale]
await runTypeScript('../test/crash/workers-command-line.ts')
