import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { convertLeads, crmUser } from '../support/crm.js'
import type { User } from '../support/cli.js'
import { aWorld, type World } from '../support/world.js'
import { SignUps, type SignedUp } from './sign-ups.js'

/** A night as it was told, and what of it is not as it ought to be. */
export interface WeekNight {
  line: string
  differences: string[]
}

interface Told {
  run: string
  verdict: string
  steps: { name: string; state: string; counts: Record<string, number>; runs: string[]; error?: { code: string } }[]
  calls: number
}

const CLOCK = join(import.meta.dirname, 'moved-clock.js')
const MINUTE = 60_000
const HALF_AN_HOUR = 30 * MINUTE
const EVENING_BEFORE = 8 * 60 * 60_000
/** When cron starts the night at 2:30 in Berlin. On the 28th there is no such time: it is three o'clock when it would be. */
const NIGHTS = [24, 25, 26, 27, 28, 29, 30].map((day) => {
  const utc = day < 28 ? '01:30' : day === 28 ? '01:00' : '00:30'
  return new Date(`2027-03-${day}T${utc}:00Z`)
})
/** Of a day's sign-ups, in a week in which somebody looks. */
const LOOKED_UP = 6
/** Every request until the morning. */
const ALL = 100_000

/** Seven nights, each after a day of sign-ups; something happens in five of them. Both systems share one clock with the product. */
export class Week {
  readonly #world: World
  readonly #user: User
  readonly #signUps: SignUps
  readonly #ahead: string
  #eventIds: string[] = []
  #runsBefore = new Set<string>()

  private constructor(
    world: World,
    signUps: SignUps,
    private readonly lookUp: boolean,
  ) {
    this.#world = world
    this.#signUps = signUps
    this.#ahead = join(world.user.home, 'ahead')
    const clock = { NODE_OPTIONS: `--import=${pathToFileURL(CLOCK).href}`, MH_SF_AHEAD: this.#ahead }
    this.#user = world.another({ ...clock, TZ: 'Europe/Berlin' })
  }

  /** `lookUp`: some of those who sign up are looked up at once, and all calls are noted where they belong, for a report. */
  static async begin(participants: number, seed: string, lookUp = false): Promise<Week> {
    const world = await aWorld({ participants, seed })
    world.org.settings.hiddenFields = []
    const signUps = await SignUps.open(String(world.user.environment.MONGODB_URI), world.org.store)
    const week = new Week(world, signUps, lookUp)
    const live = await world.db
      .collection('events')
      .find({ status: { $in: ['open', 'in_progress'] } })
      .toArray()
    week.#eventIds = live.map(({ _id }) => String(_id))
    return week
  }

  async *nights(): AsyncGenerator<WeekNight> {
    const [wednesday, thursday, friday, saturday, sunday, monday, tuesday] = NIGHTS
    yield await this.#night(wednesday, 'the first', 0)
    yield await this.#night(thursday, 'an outage: 503 all night', 1, () => {
      this.#world.org.arm({ path: '*', times: ALL, effect: { kind: 'edge', status: 503 } })
    })
    yield await this.#night(friday, 'others have used up the quota', 6, () => {
      this.#world.org.disarm()
      this.#world.org.settings.usedElsewhere = this.#world.org.settings.dailyApiRequests
    })
    yield await this.#night(saturday, 'a lead was converted', 0, async () => {
      this.#world.org.settings.usedElsewhere = 0
      await this.#convertOne()
    })
    yield await this.#night(sunday, 'summer time begins', 0)
    yield await this.#again(sunday, 'and is started twice')
    yield await this.#killed(monday)
    yield await this.#run(new Date((monday?.getTime() ?? 0) + HALF_AN_HOUR), 'and its re-run', 0)
    yield await this.#night(tuesday, 'a quiet one', 0)
  }

  /** The three that matter most, for a test that has little time: the first, an outage, one that is killed and begun again. */
  async *fewNights(): AsyncGenerator<WeekNight> {
    const [wednesday, thursday, friday] = NIGHTS
    yield await this.#night(wednesday, 'the first', 0)
    yield await this.#night(thursday, 'an outage: 503 all night', 1, () => {
      this.#world.org.arm({ path: '*', times: ALL, effect: { kind: 'edge', status: 503 } })
    })
    this.#world.org.disarm()
    yield await this.#killed(friday)
    yield await this.#run(new Date((friday?.getTime() ?? 0) + HALF_AN_HOUR), 'and its re-run', 0)
  }

  /** What is not as it ought to be at the end: both systems disagree, somebody is there twice, or was lost. */
  async end(): Promise<string[]> {
    const wrong: string[] = []
    for (const eventId of this.#eventIds) {
      const { exitCode, stdout, stderr } = await this.#user.run('verify', '--event', eventId)
      if (exitCode !== 0) wrong.push(`verify of ${eventId} ended with ${String(exitCode)}: ${stdout}${stderr}`)
    }
    const members = this.#members()
    wrong.push(...twice(members).map((key) => `more than one member: ${key}`))
    for (const person of this.#signUps.all) wrong.push(...(await this.#lost(person)))
    return wrong
  }

  /** The report of these days, made on the morning after the last, as a page in this file. */
  async report(file: string): Promise<void> {
    this.#moveTo(new Date('2027-03-31T07:00:00Z'))
    const days = ['--from', '2027-03-24', '--to', '2027-03-30']
    const { exitCode, stderr } = await this.#user.run(
      'report',
      'weekly',
      ...days,
      '--format',
      'html',
      '--out',
      file,
      '--force',
    )
    if (exitCode !== 0) throw new Error(stderr)
  }

  get signedUp(): number {
    return this.#signUps.all.length
  }

  async close(): Promise<void> {
    await this.#signUps.close()
    await this.#world.close()
  }

  /** A day of sign-ups, something that happens, then the night, which has to end with this code. */
  async #night(
    at: Date | undefined,
    what: string,
    code: number,
    happens: () => void | Promise<void> = () => {},
  ): Promise<WeekNight> {
    if (!at) throw new Error('there is no such night')
    this.#moveTo(new Date(at.getTime() - EVENING_BEFORE))
    const day = await this.#signUps.day(at.getUTCDate(), at, this.#eventIds)
    if (this.lookUp) await this.#look(day, at)
    await happens()
    return this.#run(at, what, code)
  }

  /** The same night once more: it may write nothing. */
  async #again(night: Date | undefined, what: string): Promise<WeekNight> {
    const at = new Date((night?.getTime() ?? 0) + HALF_AN_HOUR)
    const told = await this.#run(at, what, 0)
    const lines = await this.#linesSince()
    return { ...told, differences: [...told.differences, ...(lines > 0 ? [`it wrote ${lines} lines`] : [])] }
  }

  /** A night that dies while its members are on their way. */
  async #killed(at: Date | undefined): Promise<WeekNight> {
    if (!at) throw new Error('there is no such night')
    this.#moveTo(at)
    await this.#signUps.day(at.getUTCDate(), at, this.#eventIds)
    this.#world.org.arm({
      method: 'POST',
      path: '/services/data/*/composite/sobjects',
      effect: { kind: 'stall', applied: true },
    })
    const dying = this.#user.start('nightly', '--quiet')
    while (this.#world.org.faultsWaiting() > 0) {
      if (typeof dying.exitCode === 'number') break
      await new Promise((resolve) => setImmediate(resolve))
    }
    const isAlive = dying.kill('SIGKILL')
    await dying
    const line = lineOf(at, 'kill -9 in the middle', undefined, 'killed')
    return { line, differences: isAlive ? [] : ['it had ended before it was killed'] }
  }

  async #run(at: Date, what: string, code: number): Promise<WeekNight> {
    this.#moveTo(at)
    this.#runsBefore = await this.#runs()
    const { stdout, exitCode } = await this.#user.run('nightly', '--quiet', '--json')
    const told = JSON.parse(stdout) as Told
    if (this.lookUp) await this.#dateCalls(at)
    const differences = exitCode === code ? [] : [`it ended with ${String(exitCode)} instead of ${code}: ${stdout}`]
    return { line: lineOf(at, what, exitCode, told.verdict, told), differences }
  }

  async #look(people: readonly SignedUp[], night: Date): Promise<void> {
    for (const [at, { email }] of people.slice(0, LOOKED_UP).entries()) {
      await this.#user.run('lookup', email, '--save')
      await this.#dateCalls(new Date(night.getTime() - EVENING_BEFORE + at * MINUTE))
    }
  }

  /** Puts the calls since the last time into the hour of the week: the playground's Date header, by which they are noted, does not move. */
  async #dateCalls(at: Date): Promise<void> {
    const usage = this.#world.db.collection<{ _id: string; orgId: string; hour: Date }>('salesforce_api_usage')
    for (const { _id, ...noted } of await usage.find({ hour: { $lte: new Date() } }).toArray()) {
      await usage.deleteOne({ _id })
      const dated = { ...noted, hour: at, expiresAt: new Date('2027-12-31') }
      await usage.insertOne({ _id: `${noted.orgId}:${at.toISOString().slice(0, 16)}`, ...dated })
    }
  }

  #moveTo(at: Date): void {
    this.#world.org.clock.set(at.getTime())
    writeFileSync(this.#ahead, String(at.getTime() - Date.now()))
  }

  async #runs(): Promise<Set<string>> {
    const runs = await this.#world.db.collection('salesforce_runs').find().toArray()
    return new Set(runs.map(({ _id }) => String(_id)))
  }

  /** Changes that were written down by runs of the latest night. */
  async #linesSince(): Promise<number> {
    const lines = await this.#world.db.collection('salesforce_run_lines').find().toArray()
    return lines.filter(({ _id }) => !this.#runsBefore.has(String(_id).split('/')[0] ?? '')).length
  }

  /** Sales converts a lead who has signed up and is a member already. */
  async #convertOne(): Promise<void> {
    await this.#user.run('auth', 'login')
    const leads = new Set(this.#members().map((row) => String(row['LeadId'])))
    const lead = this.#signUps.all.find(({ record }) => record && leads.has(record.Id))?.record
    if (!lead) throw new Error('there is no lead to convert')
    await convertLeads(crmUser(this.#user), [lead.Id])
  }

  #members() {
    return [...this.#world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted)
  }

  /** What is missing of somebody who signed up. */
  async #lost({
    email,
    eventId,
    record,
  }: {
    email: string
    eventId: string
    record?: { Id: string }
  }): Promise<string[]> {
    const person = await this.#world.db.collection('participants').findOne({ email })
    const known = person?.['salesforce'] as
      | {
          syncStatus?: string
          contactId?: string
          leadId?: string
          campaigns?: { eventId: unknown; campaignMemberId: string }[]
        }
      | undefined
    const status = record ? 'synced' : 'not_found'
    if (known?.syncStatus !== status) return [`${email} is ${String(known?.syncStatus)} instead of ${status}`]
    if (!record) return []
    const memberId = known.campaigns?.find((each) => String(each.eventId) === eventId)?.campaignMemberId
    const member = this.#members().find(({ Id }) => Id === memberId)
    const is = [member?.['ContactId'], member?.['LeadId']]
    return is.includes(record.Id) ? [] : [`${email} is no member of ${eventId}`]
  }
}

function twice(members: readonly Record<string, unknown>[]): string[] {
  const keys = members.map((row) => `${String(row['CampaignId'])} ${String(row['ContactId'] ?? row['LeadId'])}`)
  return keys.filter((key, at) => keys.indexOf(key) !== at)
}

const WHEN = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Berlin',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})

/** A night in two lines: when, what happened, how it ended; then its steps. */
function lineOf(at: Date, what: string, exitCode: number | undefined, verdict: string, told?: Told): string {
  const head = `${WHEN.format(at)}  ${what}: ${verdict}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`
  if (!told) return head
  const steps = told.steps.map(({ name, state, counts, error }) => {
    const { people, updated, membersMade, membersChanged } = counts
    const told = [
      people === undefined ? '' : `${people} people`,
      updated ? `${updated} updated` : '',
      membersMade ? `${membersMade} members made` : '',
      membersChanged ? `${membersChanged} members changed` : '',
    ].filter((text) => text !== '')
    return `    ${name.padEnd(10)} ${state}${error ? ` (${error.code})` : ''}${told.length > 0 ? `: ${told.join(', ')}` : ''}`
  })
  return [head, ...steps, `    ${told.calls} API calls`].join('\n')
}
