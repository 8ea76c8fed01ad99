import { parseArgs } from 'node:util'
import { sweep } from './sweep.js'

/** Runs `npm run crash`: says what was tried and what went wrong, returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  })
  const began = performance.now()
  const sample = values.sample === undefined ? undefined : Number(values.sample)
  const { boundaries, trials, unreached, violations } = await sweep({ ...values, sample, tell: say })
  const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, each) => sum + each, 0)
  say(`${total(boundaries)} boundaries`)
  for (const [where, count] of Object.entries(boundaries)) say(`  ${where}: ${count}`)
  say(`${total(trials)} trials`)
  for (const [kind, count] of Object.entries(trials)) say(`  ${kind}: ${count}`)
  say(`${unreached} did not come to their boundary`)
  say(`${violations.size} violations, ${Math.round((performance.now() - began) / 1_000)} seconds`)
  return violations.size === 0 ? 0 : 1
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
