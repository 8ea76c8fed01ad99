import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Db } from 'mongodb'
import { date, decimal, multipicklist, text } from '../../src/playground/org/fields.js'
import { crmUser } from '../support/crm.js'
import type { User } from '../support/cli.js'
import { aWorld, NOW, type World } from '../support/world.js'
import { audit, dumpOf, living, type Dump, type Expected } from './audit.js'
import { callsOf, type Calls } from './calls.js'
import { expectedCampaigns } from './expected-campaigns.js'
import { expectedContacts, PROJECTS_LENGTH, SKILLS } from './expected-contacts.js'
import { expectedMembers, GONE, LABELS, type ExpectedMembers, type SeasonCampaign } from './expected-members.js'
import { addWhatFollows } from './expected-org.js'
import { Identities } from './identities.js'
import { live as liveThrough } from './life.js'
import { openSeason } from './opening.js'
import { readPlatform, type Platform } from './platform.js'
import { dumpPlatform, noteDifferences, platformDifferences } from './platform-audit.js'
import { Sales } from './sales.js'

export interface SeasonOptions {
  participants: number
  seed: string
  /** An empty database for the platform; without one, the playground's own. */
  platform?: { uri: string; db: Db }
  /** Told what happens, line by line. */
  tell?: (line: string) => void
}

/** One run of `mh-sf campaign sync`, and how it compares with what the facts want. */
export interface SeasonRun {
  name: string
  calls: Calls
  /** Nothing when every record of both systems is as it ought to be. */
  differences: string[]
  peakMegabytes: number
  seconds: number
}

const PEAK = join(import.meta.dirname, '../../bench/note-peak.js')

/** The season: two systems, four events, a month of life, three runs. Every record is compared after each of them. */
export class Season {
  readonly #world: World
  readonly #db: Db
  readonly #user: User
  readonly #identities: Identities
  readonly #peak: string
  /** What people changed by hand: a field by the contact's id. */
  readonly #edited = new Map<string, string>()
  /** Labels of statuses that somebody renamed, by the Campaign's id. */
  readonly #labels = new Map<string, SeasonCampaign['labels']>()
  #campaigns: SeasonCampaign[] = []
  #eventIds: string[] = []

  private constructor(world: World, { participants, seed, platform }: SeasonOptions) {
    this.#world = world
    this.#db = platform?.db ?? world.db
    this.#peak = join(world.user.home, 'peak')
    const settings = { NODE_OPTIONS: `--import=${pathToFileURL(PEAK).href}`, MH_SF_PEAK: this.#peak }
    this.#user = world.another(platform ? { ...settings, MONGODB_URI: platform.uri } : settings)
    this.#identities = new Identities(participants, seed, NOW)
    const config = { campaign: { gone: GONE } }
    writeFileSync(join(this.#user.home, 'mh-sf.config.json'), JSON.stringify(config))
  }

  /** Both systems as they are before anybody synced. */
  static async begin(options: SeasonOptions): Promise<Season> {
    const { participants, seed, tell = () => undefined } = options
    const world = await aWorld({ participants, seed })
    const season = new Season(world, options)
    if (options.platform) await copyPlatform(world.db, options.platform.db)
    world.org.define('Contact', [
      text('Last_Hackathon__c', 'Last Hackathon', 80),
      date('Last_Hackathon_Date__c', 'Last Hackathon Date'),
      decimal('Hackathons_Attended__c', 'Hackathons Attended', [18, 0]),
      multipicklist('Hackathon_Skills__c', 'Skills', SKILLS, { restrictedPicklist: true }),
      text('Hackathon_Projects__c', 'Projects', PROJECTS_LENGTH),
    ])
    // An admin shows it to whom it concerns: hidden, as it is at first, nobody can obey it (objects.md §1).
    world.org.settings.hiddenFields = []
    season.#eventIds = await openSeason(season.#db, seed, tell)
    return season
  }

  /** People come, leave and are tidied up, in both systems. */
  async live(seed: string, tell: (line: string) => void = () => undefined): Promise<void> {
    const platform = await readPlatform(this.#db)
    const lived = await liveThrough({
      db: this.#db,
      sales: new Sales(crmUser(this.#user), this.#identities),
      store: this.#world.org.store,
      identities: this.#identities,
      platform,
      campaigns: this.#campaigns,
      seed,
      tell,
    })
    for (const [contactId, field] of lived.edited) this.#edited.set(contactId, field)
    this.#labels.set(lived.renamed.id, lived.renamed.labels)
  }

  /** Syncs, and compares both systems with what the facts want. `quiet`: nothing at all may have been written. */
  async run(name: string, quiet = false): Promise<SeasonRun> {
    const before = { org: dumpOf(this.#world.org.store), platform: await dumpPlatform(this.#db, quiet) }
    const facts = await readPlatform(this.#db)
    const campaignsBefore = this.#campaigns.length
    this.#world.org.requests.clear()
    const { calls, milliseconds, complaints } = await this.#sync()
    const after = dumpOf(this.#world.org.store)
    this.#campaigns = this.#campaignsIn(after, facts)
    const { expected, members } = this.#expect(facts, before.org, after)
    const platformNow = await readPlatform(this.#db)
    const differences = [
      ...complaints,
      ...audit(before.org, after, expected),
      ...platformDifferences(before.platform, await dumpPlatform(this.#db, quiet)),
      ...this.#campaigns.flatMap((campaign, at) =>
        noteDifferences(campaign, platformNow, members[at] as ExpectedMembers, after),
      ),
    ]
    const sizes = { people: facts.participants.length, campaigns: campaignsBefore }
    return {
      name,
      calls: callsOf(this.#world.org.requests.statistics(), calls, expected, before.org, sizes),
      differences,
      peakMegabytes: Number(readFileSync(this.#peak, 'utf8')),
      seconds: milliseconds / 1_000,
    }
  }

  async end(): Promise<void> {
    await this.#world.close()
  }

  /** Runs the command as a person would; what it complains of is a difference. */
  async #sync(): Promise<{ calls: number; milliseconds: number; complaints: string[] }> {
    const { stdout, stderr, exitCode } = await this.#user.run('campaign', 'sync', '--json')
    const report = JSON.parse(stdout) as { calls?: number; milliseconds?: number }
    const complaints = exitCode === 0 ? [] : [`mh-sf ended with ${String(exitCode)}: ${stderr || stdout}`]
    return { calls: report.calls ?? 0, milliseconds: report.milliseconds ?? 0, complaints }
  }

  #expect(facts: Platform, before: Dump, after: Dump): { expected: Expected; members: ExpectedMembers[] } {
    const members = this.#campaigns.map((campaign) => expectedMembers(campaign, facts, this.#identities, before))
    const live = new Set(this.#eventIds)
    const expected: Expected = {
      created: members.flatMap(({ created }) => created),
      changed: new Map([
        ...members.flatMap(({ changed }) => [...changed]),
        ...expectedContacts(live, facts, this.#identities, before, this.#edited),
      ]),
      followed: new Map(),
      deleted: members.flatMap(({ deleted }) => deleted),
    }
    expected.created.push(...expectedCampaigns(this.#campaigns, before, expected.created))
    addWhatFollows(expected, before, after)
    return { expected, members }
  }

  /** The Campaigns of the season's events: made by the first run, known by their names. */
  #campaignsIn(org: Dump, { events }: Platform): SeasonCampaign[] {
    const campaigns = living(org, 'Campaign')
    return this.#eventIds.flatMap((eventId) => {
      const event = events.get(eventId)
      const id = campaigns.find((row) => row['Name'] === event?.name)?.Id
      return event && id !== undefined ? [{ id, event, labels: this.#labels.get(id) ?? LABELS }] : []
    })
  }
}

async function copyPlatform(from: Db, to: Db): Promise<void> {
  for (const { name } of await from.listCollections({}, { nameOnly: true }).toArray()) {
    await to.collection(name).insertMany(await from.collection(name).find().toArray())
  }
  await to.collection('participants').createIndex({ email: 1 }, { unique: true }, {})
  await to.collection('participants').createIndex({ 'registeredEvents.eventId': 1 }, {}, {})
}
