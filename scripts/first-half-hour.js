import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Writes what docs/first-half-hour.md shows, as the commands print it today: npm run first-half-hour
const path = fileURLToPath(new URL('../test/first-half-hour/command-line.ts', import.meta.url))
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' })
process.exitCode = await module.main()
