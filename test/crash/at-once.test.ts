import { afterEach, describe, expect, test } from 'vitest'
import type { User } from '../support/cli.js'
import { differences, type Dump } from './dump.js'
import { PlatformWriter, type Write } from './platform-writer.js'
import { backfill, campaignSync, contactPush, runHere, type Command, type Ended } from './product.js'
import { DOCK, HARBOUR } from './scene.js'
import { Stage } from './stage.js'

const HOUR = 3_600_000
const HELD = { exitCode: 7, code: 'LEASE_HELD' }

const stages: Stage[] = []
const staged = async () => {
  const stage = await Stage.set()
  stages.push(stage)
  return stage
}
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.strike()))
})

const inTurn = async (user: User, ...commands: Command[]): Promise<Ended[]> => {
  const ends: Ended[] = []
  for (const command of commands) ends.push(await runHere(user, command))
  return ends
}
/** Side by side: whoever is given the lease goes on only when the other has been sent away. */
const atOnce = async (stage: Stage, ...works: (() => Promise<Ended>)[]): Promise<Ended[]> => {
  let oneEnded = () => {}
  const first = new Promise<undefined>((resolve) => {
    oneEnded = () => {
      resolve(undefined)
    }
  })
  return stage.watched(
    ({ moment, what, count }) =>
      moment === 'after' && what === 'findAndModify salesforce_leases' && count === 1 ? first : undefined,
    () => Promise.all(works.map((work) => work().finally(oneEnded))),
  )
}
const exits = (ends: readonly Ended[]) => ends.map(({ exitCode }) => exitCode).sort()
/** What is there when one after the other does it, after the platform wrote so much. */
const alone = async (commands: Command[], writes: readonly Write[] = []): Promise<Dump> => {
  const stage = await staged()
  const platform = await PlatformWriter.connect(stage.platformUri)
  for (const each of writes) await platform.write(each)
  await platform.close()
  expect(new Set(exits(await inTurn(stage.user(), ...commands)))).toEqual(new Set([0]))
  return stage.dump()
}

describe('two at the same moment', () => {
  test.each([
    ['as they should be', 0, 0],
    ['two hours apart', HOUR, -HOUR],
  ])('on one event: one does it and the other is sent away, with clocks %s', async (_, one, other) => {
    const stage = await staged()
    const both = (command: Command, ...clocks: number[]) =>
      atOnce(stage, ...clocks.map((ahead) => () => runHere(stage.user(), command, ahead)))
    const ends = await both(backfill(HARBOUR), one, other)
    expect(ends.filter(({ exitCode }) => exitCode !== 0)).toEqual([HELD])
    const syncs = await both(campaignSync(HARBOUR), other, one)
    expect(exits(syncs)).toEqual([0, 7])
    expect(differences(await alone([backfill(HARBOUR), campaignSync(HARBOUR)]), await stage.dump())).toEqual([])
  })

  test.each([
    ['backfill', backfill],
    ['contact push', contactPush],
  ])('cron and a person with %s: who was sent away has nothing left to do', async (_, command) => {
    const stage = await staged()
    const [cron, person] = [stage.user(), stage.user()]
    await runHere(cron, backfill(HARBOUR))
    const ends = await atOnce(
      stage,
      () => runHere(cron, campaignSync(HARBOUR)),
      () => runHere(person, command(HARBOUR)),
    )
    expect(exits(ends)).toEqual([0, 7])
    expect(exits(await inTurn(person, command(HARBOUR), campaignSync(HARBOUR)))).toEqual([0, 0])
    expect(differences(await alone([backfill(HARBOUR), campaignSync(HARBOUR)]), await stage.dump())).toEqual([])
  })

  test('on two events that share people: nobody is made twice, and both events are as one after the other leaves them', async () => {
    const stage = await staged()
    const both = (command: (event: string) => Command) =>
      Promise.all([HARBOUR, DOCK].map((event) => runHere(stage.user(), command(event))))
    expect(exits(await both(backfill))).toEqual([0, 0])
    // Who of the two did not make the Lead of somebody in both finds it now.
    expect(exits(await both(backfill))).toEqual([0, 0])
    expect(exits(await both(campaignSync))).toEqual([0, 0])
    const commands = [backfill, campaignSync].flatMap((command) => [command(HARBOUR), command(DOCK)])
    expect(differences(await alone(commands), await stage.dump())).toEqual([])
  })
})

test('beside the platform, which changes the same people all the while, nothing of either is lost', async () => {
  const stage = await staged()
  const platform = await PlatformWriter.connect(stage.platformUri)
  const commands = [backfill(HARBOUR), campaignSync(HARBOUR)]
  const ends = await platform.during(inTurn(stage.user(), ...commands))
  expect(exits(ends)).toEqual([0, 0])
  expect(await platform.lost()).toEqual([])
  await inTurn(stage.user(), ...commands)
  expect(await platform.lost()).toEqual([])
  await platform.close()
  expect(differences(await alone(commands, platform.writes), await stage.dump())).toEqual([])
})
