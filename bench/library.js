import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// What the library costs a process that starts: processor time and modules of its import, of what the first `enrich` loads until the
// person is in the queue, and of what it loads to ask the org. Usage: npm run bench:library -- [--runs N]
//
// Medians; as many times a bare node, because milliseconds depend on the machine. The processor's time and not the clock's, so that
// others on the machine matter less.
const { values } = parseArgs({ options: { runs: { type: 'string', default: '9' } } })
const runs = Number(values.runs)
const dist = new URL('../dist/', import.meta.url)

const steps = {
  'bare node': [],
  "import 'mh-sf'": ['library/index.js'],
  'until queued, given a db': ['library/index.js', 'library/open-enricher.js'],
  'until queued, by its own': ['library/index.js', 'library/open-enricher.js', 'app/settings.js', 'mongodb'],
  'until the org is asked': ['library/index.js', 'library/open-enricher.js', 'library/lookups.js'],
}

function script(imports) {
  const lines = imports.map((name) => `await import('${name.endsWith('.js') ? new URL(name, dist).href : name}')`)
  return [...lines, 'const { user, system } = process.cpuUsage()', 'console.log((user + system) / 1000)'].join('\n')
}

function run(imports, env = {}) {
  const options = { env: { ...process.env, ...env }, cwd: new URL('..', import.meta.url), encoding: 'utf8' }
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script(imports)], options))
}

/** How many files were loaded, as V8 tells. */
function modules(imports) {
  const directory = mkdtempSync(join(tmpdir(), 'mh-sf-bench-'))
  run(imports, { NODE_V8_COVERAGE: directory })
  const urls = readdirSync(directory).flatMap((name) =>
    JSON.parse(readFileSync(join(directory, name), 'utf8')).result.map(({ url }) => url),
  )
  rmSync(directory, { recursive: true })
  return new Set(urls.filter((url) => /^file:.*\.[cm]?js$/u.test(url))).size
}

const took = Object.fromEntries(Object.keys(steps).map((name) => [name, []]))
// In turn, so that a busy moment hits all of them.
for (let at = 0; at < runs; at += 1) {
  for (const [name, imports] of Object.entries(steps)) took[name].push(run(imports))
}
const median = (times) => times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]
const bare = median(took['bare node'])
console.log(`Node ${process.version}, ${runs} runs, load ${loadavg()[0].toFixed(1)}`)
console.log(`${' '.repeat(28)}CPU ms  times bare  modules`)
for (const [name, imports] of Object.entries(steps)) {
  const ms = median(took[name])
  const cells = [ms.toFixed(0).padStart(6), (ms / bare).toFixed(2).padStart(12), String(modules(imports)).padStart(9)]
  console.log(`${name.padEnd(28)}${cells.join('')}`)
}
