import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

// What a backfill costs: API calls against the least there can be, rows written, peak memory, and the same for a second
// run. Usage: npm run bench -- [PEOPLE...]. Times depend on the machine; calls and rows do not.
const sizes = process.argv.slice(2).map(Number)
const here = fileURLToPath(new URL('.', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'mh-sf-bench-'))
const env = {
  ...process.env,
  XDG_DATA_HOME: join(home, 'data'),
  XDG_CACHE_HOME: join(home, 'cache'),
  MH_SF_PEAK: join(home, 'peak'),
}

/** The cost model: 10,000 addresses a call and object (five queries of 2,000), and there are two objects, Contact and Lead. */
const floor = (people) => Math.ceil((2 * people) / 10_000)

async function backfill(...flags) {
  const args = [join(here, 'peak.js'), 'backfill', '--all', '--playground', '--json', '--quiet', ...flags]
  const { stdout, exitCode } = await execa(process.execPath, args, { env, cwd: home, reject: false })
  if (exitCode !== 0) throw new Error(`backfill ended with ${exitCode}: ${stdout}`)
  return { ...JSON.parse(stdout), peak: Number(readFileSync(env.MH_SF_PEAK, 'utf8')) }
}

function show(run, { people, updated, calls, plan, milliseconds, peak }) {
  const least = floor(people)
  const cells = [people, run, plan.way, updated, calls, plan.calls, least, (milliseconds / 1_000).toFixed(1), peak]
  console.log(cells.map((cell) => String(cell).padStart(10)).join(''))
}

try {
  console.log(
    ['people', 'run', 'way', 'updated', 'calls', 'planned', 'floor', 'seconds', 'peak MB']
      .map((head) => head.padStart(10))
      .join(''),
  )
  for (const people of sizes.length > 0 ? sizes : [5_000, 100_000]) {
    await execa(
      process.execPath,
      [join(here, '../bin/run.js'), 'playground', 'reset', '--participants', String(people), '--quiet'],
      { env, cwd: home },
    )
    show('first', await backfill())
    show('second', await backfill())
    if (people >= 100_000) show('bulk', await backfill('--via', 'bulk'))
  }
} finally {
  await execa(process.execPath, [join(here, '../bin/run.js'), 'playground', 'stop'], { env, cwd: home, reject: false })
  rmSync(home, { recursive: true, force: true })
}
