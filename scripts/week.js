import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Plays seven nights, with a trouble in most of them: npm run week -- [--participants 500] [--seed TEXT]
const path = fileURLToPath(new URL('../test/week/command-line.ts', import.meta.url))
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' })
process.exitCode = await module.main(process.argv.slice(2))
