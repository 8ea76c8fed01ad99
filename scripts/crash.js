import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

// Kills and disturbs the product at every request and command: npm run crash -- [--only KIND] [--sample N] [--seed TEXT]
const path = fileURLToPath(new URL('../test/crash/command-line.ts', import.meta.url))
// Open until the end: the product imports some of its parts when it comes to need them.
const vite = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
try {
  const module = await vite.ssrLoadModule(path)
  process.exitCode = await module.main(process.argv.slice(2))
} finally {
  await vite.close()
}
