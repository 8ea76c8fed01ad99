import { parseArgs } from 'node:util'
import { startMongo } from '../../src/playground/mongo/server.js'
import { compareStreams } from './differential.js'
import { reportText } from './report.js'
import { Runner } from './runner.js'

/** Runs `npm run differential`: compares as many operations as asked for, prints the report, returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { operations: { type: 'string', default: '20000' }, seed: { type: 'string' } },
  })
  const uri = process.env.MH_SF_TEST_MONGO_URI
  if (!uri) {
    process.stderr.write('MH_SF_TEST_MONGO_URI has to name the engine to compare with.\n')
    return 2
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
  process.stdout.write(`seed ${seed}\n`)
  const mongo = await startMongo()
  const [ours, theirs] = [await Runner.connect(mongo.uri), await Runner.connect(uri)]
  const report = await compareStreams({ ours, theirs }, { seed, operations: Number(values.operations) })
  process.stdout.write(`${reportText(report)}\n`)
  await ours.close()
  await theirs.close()
  await mongo.close()
  return report.failure ? 1 : 0
}
