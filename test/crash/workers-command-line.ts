import { parseArgs } from 'node:util'
import { crashWorkers, secondsFor } from './workers.js'

/** Runs `npm run crash:workers`: says what became of everybody, returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const number = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({
    args,
    options: {
      people: number('2000'),
      workers: number('10'),
      kills: number('30'),
      seed: number('1'),
      'call-ms': number('400'),
      engine: { type: 'string', default: 'mongo' },
      scale: { type: 'boolean', default: false },
    },
  })
  const trial = {
    people: Number(values.people),
    workers: Number(values.workers),
    kills: Number(values.kills),
    seed: Number(values.seed),
    redis: values.engine === 'bullmq',
    callMs: Number(values['call-ms']),
  }
  if (values.scale) return scale(trial)
  const { enriched, twice, lost, left, batches, calls, seconds } = await crashWorkers(trial, say)
  say(`${trial.workers} workers (${values.engine}), ${trial.kills} kills, seed ${trial.seed}, ${seconds.toFixed(0)} s`)
  say(`  ${enriched} people enriched, ${twice} twice, ${lost} lost, ${left} left in the queue`)
  say(`  ${calls} API calls, ${batches} batches that were told, ${(enriched / calls).toFixed(1)} people a call`)
  return twice + lost + left === 0 ? 0 : 1
}

async function scale(trial: Parameters<typeof secondsFor>[0]): Promise<number> {
  const alone = await secondsFor({ ...trial, workers: 1 })
  const together = await secondsFor(trial)
  say(
    `${trial.people} people, ${trial.callMs} ms a call: 1 worker ${alone.toFixed(1)} s, ${trial.workers} workers ${together.toFixed(1)} s`,
  )
  return 0
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
