import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Compares the embedded database engine with a real one: npm run differential -- [--operations N] [--seed N]
const path = fileURLToPath(new URL('../test/differential/command-line.ts', import.meta.url))
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' })
process.exitCode = await module.main(process.argv.slice(2))
