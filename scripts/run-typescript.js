import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

/** Runs `main` of a TypeScript file beside `scripts/` with what was typed, and ends with the exit code that it returns. */
export async function runTypeScript(path) {
  // Open until the end: the product imports some of its parts when it comes to need them.
  const vite = await createServer({
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    // Its package.json names a module that is not in it, so that Vite takes it for a part of ours; Node finds what there is.
    ssr: { external: ['@xterm/headless'] },
    // Node 20 knows no `using` yet.
    oxc: { target: 'node20' },
  })
  try {
    const module = await vite.ssrLoadModule(fileURLToPath(new URL(path, import.meta.url)))
    process.exitCode = await module.main(process.argv.slice(2))
  } finally {
    await vite.close()
  }
}
