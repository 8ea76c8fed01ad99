import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'

// oclif reads this file instead of loading every command, which is what makes `mh-sf --help` quick.
const root = fileURLToPath(new URL('..', import.meta.url))
const path = `${root}/oclif.manifest.json`
const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
// Commands are found in whatever order the disk lists them.
const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
const fresh = `${JSON.stringify({ ...plugin.manifest, commands }, null, 2)}\n`

if (process.argv.includes('--check')) {
  const stored = await readFile(path, 'utf8').catch(() => '')
  if (stored !== fresh) {
    console.error('oclif.manifest.json is stale: run `npm run manifest` and commit it.')
    process.exit(1)
  }
} else await writeFile(path, fresh)
