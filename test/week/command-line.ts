import { parseArgs } from 'node:util'
import { Week } from './week.js'

/** Runs `npm run week`: plays seven nights, prints how each was, and compares both systems at the end. Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { participants: { type: 'string', default: '500' }, seed: { type: 'string', default: 'mongohacks' } },
  })
  const week = await Week.begin(Number(values.participants), values.seed)
  const wrong: string[] = []
  try {
    for await (const { line, differences } of week.nights()) {
      say(line)
      for (const difference of differences) say(`    WRONG: ${difference}`)
      wrong.push(...differences)
    }
    const atLast = await week.end()
    for (const difference of atLast) say(`WRONG: ${difference}`)
    wrong.push(...atLast)
    say(
      wrong.length === 0
        ? `${week.signedUp} people signed up; nobody is lost or there twice, and both systems agree on every live event.`
        : `${wrong.length} differences.`,
    )
    return wrong.length === 0 ? 0 : 1
  } finally {
    await week.close()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
