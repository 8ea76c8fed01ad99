import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Plays a season and compares every record: npm run season -- [--participants 2000] [--seed TEXT] [--mongo-uri URI]
const path = fileURLToPath(new URL('../test/season/command-line.ts', import.meta.url))
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' })
process.exitCode = await module.main(process.argv.slice(2))
