import { existsSync } from 'node:fs'
import type { App } from '../app/app.js'
import { readFiles } from '../app/read-files.js'
import { orgIdOf, secretFiles } from '../app/settings.js'
import { strangeNames } from '../app/strange-names.js'
import { diagnose, type Diagnosis } from '../domain/doctor.js'
import type { BareCampaign, ChannelReading, DoctorPolicy, OrgReading, Reading } from '../domain/doctor-facts.js'
import { isLive } from '../domain/event.js'
import { judgeOrg } from '../domain/home-org.js'
import { planStatuses } from '../domain/member-status.js'
import { quotaOf } from '../domain/quota.js'
import { MhError, type ErrorCode } from '../errors.js'
import { CampaignRecords } from '../mongo/campaign-records.js'
import { probeWriting, readDatabase, readNights, readSample } from '../mongo/check-up.js'
import type { Database } from '../mongo/database.js'
import { listEventDetails } from '../mongo/events.js'
import { HomeOrgs, otherOrg } from '../mongo/home-orgs.js'
import { configuredChannels } from '../notify/configured-channels.js'
import { asMhError } from '../render/error.js'
import { redact } from '../render/redact.js'
import { isMarketingUser, readCampaigns } from '../salesforce/campaigns.js'
import { describeOrg } from '../salesforce/describe-org.js'
import { readLimits } from '../salesforce/limits.js'
import { API_VERSION } from '../salesforce/login.js'
import { untilAborted } from '../until-aborted.js'
import { askRedis } from './worker-drive.js'

/** The whole takes less than five seconds: what has not answered so long after the start has not answered, in milliseconds. */
const ANSWERS_BY_MS = 4_000
/** However long a busy machine took to begin, so long is waited for an answer. */
const LEAST_PATIENCE_MS = 2_000

/**
 * Looks at everything that a run needs, all of it at the same time, and says what is wrong. `wrongConfig`: why the config file cannot be
 * used; the rest is looked at with the defaults then. `spentMs`: how long it took to begin. Writes one document of our own and removes it; some five API calls.
 */
export async function runDoctor(app: App, wrongConfig?: MhError, spentMs = 0): Promise<Diagnosis> {
  const { settings, clock } = app
  const patience = Math.round(Math.max(LEAST_PATIENCE_MS, ANSWERS_BY_MS - spentMs))
  const late = AbortSignal.timeout(patience)
  const share = (part: number) => Math.round(patience * part)
  const read = <T>(code: ErrorCode, work: () => Promise<T>) => reading(app.signal, { late, patience }, code, work)
  app.keychainPatienceMs = share(0.4)
  const hasMongo = needs(app, 'mongo')
  const hasOrg = needs(app, 'salesforce')
  const ofDatabase = <T>(work: (database: Database) => Promise<T>): Promise<Reading<T>> =>
    hasMongo
      ? Promise.resolve(hasMongo)
      : read('MONGO_UNREACHABLE', async () => work(await app.database(share(0.75), share(0.75))))
  const ofOrg = <T>(work: () => Promise<T>): Promise<Reading<T>> =>
    hasOrg ? Promise.resolve(hasOrg) : read('SF_TIMEOUT', work)
  if (!hasOrg) app.org().transport.signal = AbortSignal.any([app.signal, late])

  const database = ofDatabase(async (opened) => {
    const [found, writing] = await Promise.all([
      readDatabase(opened, () => clock.now()),
      problemIn(probeWriting(opened)),
    ])
    return { ...found, writing }
  })
  const org = ofOrg(async () => {
    const { orgId, ...found } = await readOrg(app)
    // Whose links are in the database is asked here, and not by whoever comes first: it is the login that leads elsewhere.
    const opened = hasMongo ? undefined : await app.database(share(0.75), share(0.75)).catch(() => undefined)
    if (opened) await new HomeOrgs(opened).admit(orgId)
    return found
  })
  const afterBoth = <T>(work: (opened: Database) => Promise<T>): Promise<Reading<T>> =>
    Promise.all([database, org]).then(([one, other]) =>
      'value' in one && 'value' in other ? ofDatabase(work) : { skipped: 'that takes both systems.' },
    )
  const afterDatabase = <T>(work: (opened: Database) => Promise<T>): Promise<Reading<T>> =>
    database.then((one) => ('value' in one ? ofDatabase(work) : { skipped: 'without the database nobody can look.' }))

  const { path, given } = { path: settings.origins.file, given: settings.origins.given }
  const facts = {
    now: clock.now(),
    node: process.versions.node,
    config: wrongConfig
      ? { problem: problemOf(wrongConfig) }
      : { value: { path, isThere: existsSync(path) && given !== undefined } },
    settings: settingsOf(app),
    strangeNames: strangeNames(settings.environment),
    files: read('UNEXPECTED', () =>
      readFiles(app.sessions, settings.environment.SF_PRIVATE_KEY_PATH, secretFiles(settings)),
    ),
    secretStore: read('SECRETS_LOCKED', () => app.secretStore()),
    database,
    sample: afterDatabase(readSample),
    org,
    statuses: afterBoth((opened) => bareCampaigns(app, opened)),
    redis: redisOf(app, share(0.35), read),
    nights: afterDatabase(readNights),
    channels: channelsOf(app),
  }
  const [files, secretStore, oneDatabase, sample, oneOrg, statuses, redis, nights] = await Promise.all([
    facts.files,
    facts.secretStore,
    facts.database,
    facts.sample,
    facts.org,
    facts.statuses,
    facts.redis,
    facts.nights,
  ])
  app.signal.throwIfAborted()
  return diagnose(
    { ...facts, files, secretStore, database: oneDatabase, sample, org: oneOrg, statuses, redis, nights },
    policyOf(app),
  )
}

function policyOf({ settings: { policy } }: App): DoctorPolicy {
  const { onSync, fields } = policy.writeBack
  return {
    apiVersion: API_VERSION,
    nightHours: policy.alerts.nights.hours,
    retention: { ...policy.retention, keepDays: policy.runs.keepDays },
    enrichment: policy.enrichment,
    leads: policy.leads,
    writeBack: { onSync, fields },
    campaign: policy.campaign,
  }
}

/** Throws OTHER_ORG where settings name another one. */
function checkNamed({ settings }: App, orgId: string): void {
  const named = orgIdOf(settings)
  if (judgeOrg({ named }, orgId) === 'other') throw otherOrg({ named }, orgId)
}

async function readOrg(app: App): Promise<OrgReading & { orgId: string }> {
  const org = app.org()
  const { quota } = org.transport
  // To be told that the allowance is used up takes a few calls above the ceiling.
  org.transport.quota = { ceiling: 1, reserve: 0 }
  const { apiVersion, orgId } = await org.provenSession()
  checkNamed(app, orgId)
  const [limits, described, marketing] = await Promise.all([readLimits(org), describeOrg(org), isMarketingUser(org)])
  const { serverTime } = org.transport
  return {
    orgId,
    host: org.loginHost,
    apiVersion,
    skewMs: serverTime && serverTime.getTime() - app.clock.now().getTime(),
    quota: quotaOf(limits.allowance, quota),
    described,
    isMarketingUser: marketing,
  }
}

/** Campaigns of live events that lack a status which a member may get. */
async function bareCampaigns(app: App, database: Database): Promise<BareCampaign[]> {
  const { liveDays, memberStatuses } = app.settings.policy.campaign
  const events = (await listEventDetails(database)).filter((event) => isLive(event, app.clock.now(), liveDays))
  const ids = events.flatMap(({ campaignId }) => campaignId ?? [])
  if (ids.length === 0) return []
  const { orgId } = await app.org().session()
  const [{ campaigns, statuses }, records] = await Promise.all([
    readCampaigns(app.org(), { ids, names: [] }),
    new CampaignRecords(database, orgId).read(),
  ])
  const known = [...records.values()]
  return campaigns
    .filter(({ deleted }) => !deleted)
    .map(({ id, name }) => {
      const ours = known.find(({ campaignId }) => campaignId === id)?.statuses ?? {}
      return {
        name,
        lacks: planStatuses(statuses.get(id) ?? [], memberStatuses, ours).create.map(({ label }) => label),
      }
    })
    .filter(({ lacks }) => lacks.length > 0)
}

/** Why one of the two systems is not looked at. */
function needs(app: App, need: 'mongo' | 'salesforce'): { skipped: string } | undefined {
  try {
    check(app, need)
    return undefined
  } catch (error) {
    if (!(error instanceof MhError)) throw error
    return { skipped: error.code === 'CONFIG_MISSING' ? 'its settings are missing.' : error.message }
  }
}

/** Throws for what is missing, and for settings of a login that name nothing there is; connects to nothing. */
function check(app: App, need: 'mongo' | 'salesforce'): void {
  app.require(need)
  if (need === 'salesforce') app.org()
}

function settingsOf(app: App): Reading<object> {
  try {
    app.require('salesforce', 'mongo')
    check(app, 'salesforce')
    return { value: {} }
  } catch (error) {
    return { problem: problemOf(error) }
  }
}

async function redisOf(
  app: App,
  patience: number,
  read: (code: ErrorCode, work: () => Promise<object>) => Promise<Reading<object>>,
): Promise<Reading<object>> {
  if (app.settings.environment.QUEUE_URL === undefined)
    return { skipped: 'QUEUE_URL is not set, and nothing needs one.' }
  return read('REDIS_UNREACHABLE', async () => ({ answers: await askRedis(app, patience) }))
}

function channelsOf({ settings }: App): ChannelReading[] {
  return configuredChannels(settings).map(({ name, wrong }) => ({ name, ...(wrong && { wrong: problemOf(wrong) }) }))
}

/** What some work brought, or why it did not in the time there is. The command's own end is nobody's finding. */
async function reading<T>(
  stop: AbortSignal,
  { late, patience }: { late: AbortSignal; patience: number },
  code: ErrorCode,
  work: () => Promise<T>,
): Promise<Reading<T>> {
  try {
    return { value: await untilAborted(work(), AbortSignal.any([stop, late])) }
  } catch (error) {
    stop.throwIfAborted()
    if (!late.aborted) return { problem: problemOf(error) }
    const what = `There was no answer within ${(patience / 1_000).toFixed(1)} s.`
    return { problem: problemOf(new MhError(code, what, 'Check the address and the network, then: mh-sf doctor')) }
  }
}

async function problemIn(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    (error: unknown) => problemOf(error),
  )
}

function problemOf(error: unknown) {
  const { code, message, hint, exitCode } = asMhError(error)
  return { code, message: redact(message), exitCode, ...(hint === undefined ? {} : { hint }) }
}
