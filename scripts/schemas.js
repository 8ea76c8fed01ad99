import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { runnerImport } from 'vite'

// Writes what docs/schemas says of every --json document and docs/configuration.md of every setting: npm run schemas [-- --check]
const root = fileURLToPath(new URL('..', import.meta.url))
const directory = `${root}/docs/schemas`
const { module } = await runnerImport(`${root}/src/json-schema/documents.ts`, { configFile: false, logLevel: 'error' })
const options = { ...(await resolveConfig(`${directory}/any.json`)), parser: 'json' }
const fresh = new Map()
for (const name of module.DOCUMENT_NAMES)
  fresh.set(module.schemaFile(name), await format(JSON.stringify(module.jsonSchemaOf(name)), options))
fresh.set(module.CONFIG_SCHEMA_FILE, await format(JSON.stringify(module.configSchema()), options))
const page = `${root}/docs/configuration.md`
const oldPage = await readFile(page, 'utf8')
const newPage = module.withSettingsTable(oldPage)
const stored = (await readdir(directory)).filter((file) => file.endsWith('.json'))

if (process.argv.includes('--check')) {
  const gone = stored.filter((file) => !fresh.has(file))
  const stale = [...fresh.keys()].filter((file) => !stored.includes(file))
  for (const file of stored.filter((each) => fresh.has(each)))
    if ((await readFile(`${directory}/${file}`, 'utf8')) !== fresh.get(file)) stale.push(file)
  if (newPage !== oldPage) stale.push('docs/configuration.md')
  if (stale.length + gone.length > 0) {
    console.error(`docs/schemas is stale: run \`npm run schemas\` and commit it. ${[...stale, ...gone].join(', ')}`)
    process.exit(1)
  }
} else {
  for (const file of stored.filter((each) => !fresh.has(each))) await rm(`${directory}/${file}`)
  await writeFile(page, newPage)
  for (const [file, text] of fresh) await writeFile(`${directory}/${file}`, text)
}
