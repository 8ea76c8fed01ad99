import { parseArgs } from 'node:util'
import { MongoClient } from 'mongodb'
import { runText } from './report.js'
import { Season, type SeasonOptions, type SeasonRun } from './season.js'

/** Runs `npm run season`: plays a season, prints what happened and what each run cost, returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      participants: { type: 'string', default: '2000' },
      seed: { type: 'string', default: 'mongohacks' },
      'mongo-uri': { type: 'string' },
    },
  })
  const options = { participants: Number(values.participants), seed: values.seed, tell: say }
  const uri = values['mongo-uri']
  const runs =
    uri === undefined ? await play(options) : await withDatabase(uri, (platform) => play({ ...options, platform }))
  const differences = runs.reduce((sum, run) => sum + run.differences.length, 0)
  say(differences === 0 ? 'The season is as it ought to be.' : `${differences} differences.`)
  return differences === 0 ? 0 : 1
}

async function play(options: SeasonOptions): Promise<SeasonRun[]> {
  const season = await Season.begin(options)
  const runs: SeasonRun[] = []
  const run = async (name: string, quiet?: boolean) => {
    const done = await season.run(name, quiet)
    runs.push(done)
    say(runText(done))
  }
  try {
    await run('first run')
    await season.live(options.seed, say)
    await run('second run')
    await run('third run', true)
    return runs
  } finally {
    await season.end()
  }
}

async function withDatabase<T>(uri: string, work: (platform: SeasonOptions['platform']) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(uri)
  const db = client.db(`mh_sf_season_${process.pid}`)
  try {
    return await work({ uri: uriOf(uri, db.databaseName), db })
  } finally {
    await db.dropDatabase()
    await client.close()
  }
}

/** A server's connection string with a database in it. */
export function uriOf(server: string, database: string): string {
  const uri = new URL(server)
  uri.pathname = `/${database}`
  return uri.href
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
