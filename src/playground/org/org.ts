import { join } from 'node:path'
import type { ControlOptions } from '../control/control-route.js'
import { ControlSurface } from '../control/surface.js'
import { KeptFiles } from '../journal/kept-files.js'
import { MovableClock } from '../movable-clock.js'
import { Access } from './access.js'
import { Allowance } from './allowance.js'
import { BulkUsage } from './bulk/allowance.js'
import { classicJobRoute } from './bulk/classic-job.js'
import { bulkRoutes } from './bulk/routes.js'
import type { Consumer, OrgCore } from './core.js'
import { Dispatcher } from './dispatcher.js'
import { Dml } from './dml.js'
import { FieldGrants } from './field-grants.js'
import { type Fault, Faults } from './faults.js'
import { HttpServer } from './http-server.js'
import { composeId } from './ids.js'
import { Deployments } from './metadata/deployments.js'
import { deployRoutes } from './metadata/rest-routes.js'
import { metadataRoutes } from './metadata/soap-routes.js'
import { keptClock, keptSettings, type KeptPart } from './kept-part.js'
import { lackingRoutes } from './not-implemented.js'
import { oauthRoutes } from './oauth/routes.js'
import { LEAD_STATUSES } from './objects/lead-status.js'
import { STANDARD_OBJECTS } from './objects/standard.js'
import { OrgJournal } from './org-journal.js'
import { RequestLog } from './request-log.js'
import { collectionRoutes } from './rest/collections.js'
import { batchRoute } from './rest/composite-batch.js'
import { treeRoute } from './rest/composite-tree.js'
import { compositeRoutes } from './rest/composite.js'
import { describeRoutes } from './rest/describe.js'
import { limitRoutes } from './rest/limits.js'
import { queryRoutes } from './rest/query.js'
import { recordRoutes } from './rest/records.js'
import { replicationRoutes } from './rest/replication.js'
import { rootRoute, versionRoute } from './rest/roots.js'
import { Rights } from './rights.js'
import { type FieldDef, Schema } from './schema.js'
import { Sessions } from './session.js'
import { defaultSettings, type OrgSettings } from './settings.js'
import { partnerRoutes } from './soap/partner.js'
import { type SeedRecord, Store } from './store.js'

const ORG_ID = composeId('00D', 1)

export interface OrgOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number
  /** An app that may log in, and the user it logs in as; the org makes that user. */
  readonly consumer: Consumer
  /** Other apps; their users must be there when they log in. @default none */
  readonly otherConsumers?: readonly Consumer[]
  /** The clock that clients share with the org, epoch milliseconds. @default Date.now */
  readonly now?: () => number
  /** The org's own clock, when others share it; then `now` is not read. @default one that runs by `now` */
  readonly clock?: MovableClock
  readonly settings?: Partial<OrgSettings>
  /** 18 characters, for whoever wants two that differ. @default always the same */
  readonly orgId?: string
  /** Directory in which the org is kept, so that it is there again after a restart. @default it is not kept */
  readonly journal?: string
  /** Nobody is let in before `open` is called, so that no client sees what is half loaded. @default false */
  readonly shut?: boolean
  /** What the control surface can do beyond the org itself. */
  readonly control?: ControlOptions
}

/** A running stand-in org. */
export interface Org {
  /** `http://127.0.0.1:port`, which is login host and instance in one. */
  readonly url: string
  readonly store: Store
  /** May be changed at any time; lists are replaced, not changed in place. */
  readonly settings: OrgSettings
  readonly clock: MovableClock
  /** Whether the journal held an org, which is this one now. */
  readonly isRestored: boolean
  /**
   * Has the journal keep the org as it is now, and from now on every change before it is acknowledged; a restored org is
   * kept already. Until then a crash leaves what the journal held before.
   */
  keep(): Promise<void>
  /** Lets clients in, if `shut` kept them out. */
  open(): void
  /** The user of the consumer, 18 characters. */
  readonly userId: string
  readonly orgId: string
  /** Adds custom fields to an object. Throws for an unknown object or a name that is taken. */
  define(object: string, fields: readonly FieldDef[]): void
  /** Seeds records as store.load does; returns how many. */
  load(object: string, records: Iterable<SeedRecord>): number
  /** Ends all sessions: the next data call answers 401 INVALID_SESSION_ID. */
  expireSessions(): void
  /** Ends one session; false when it was not alive. */
  revoke(token: string): boolean
  /** Scripts a fault (faults.ts). */
  arm(fault: Fault): void
  /** Forgets faults that have not happened yet. */
  disarm(): void
  /** Faults that are still to happen; one fewer as soon as a request that it hits has arrived. */
  faultsWaiting(): number
  /** What was asked of the org. */
  readonly requests: RequestLog
  /** Stops listening and cuts open sockets. */
  close(): Promise<void>
}

/** Starts a stand-in Salesforce org on loopback. Rejects when the port is taken. */
export async function startOrg(options: OrgOptions): Promise<Org> {
  const clock = options.clock ?? new MovableClock(options.now)
  const { now } = clock
  const { approved = true, runAs = '', username } = options.consumer
  const appSettings = { consumerApproved: approved, clientCredentialsUser: runAs }
  const settings = { ...defaultSettings(), ...appSettings, ...options.settings }
  const store = new Store(new Schema(STANDARD_OBJECTS), now)
  const userId = (store.seedUserId = composeId('005', 1))
  const access = new Access(settings)
  const grants = new FieldGrants(store, userId)
  const hidden = (object: string, field: string) => access.hidden(object, field) || grants.hidden(object, field)
  const readOnly = (object: string, field: string) => access.readOnly(object, field) || grants.readOnly(object, field)
  const rights = new Rights(store, settings)
  const { orgId = ORG_ID } = options
  const sessions = new Sessions(orgId, settings)
  const initial = { ...settings }
  const forgets: (() => void)[] = []
  const parts: KeptPart[] = [sessions.kept(), keptSettings(settings), keptClock(clock)]
  const journal = new OrgJournal(store, parts)
  const revokers: (() => void)[] = []
  let url = ''
  const core: OrgCore = {
    store,
    dml: new Dml(store, { now, hidden, readOnly, rights, settings }),
    sessions,
    settings,
    allowance: new Allowance(settings),
    consumers: [options.consumer, ...(options.otherConsumers ?? [])],
    orgId,
    url: () => url,
    now,
    clientNow: clock.unmoved,
    onReset: (forget) => forgets.push(forget),
    keep: (part) => parts.push(part),
    files: new KeptFiles(options.journal && join(options.journal, 'files')),
    commit: () => journal.commit(),
    onRevokeAll: (revoke) => revokers.push(revoke),
    revokeAll: () => {
      for (const revoke of revokers) revoke()
    },
    hidden,
    readOnly,
    rights,
  }
  core.keep(core.allowance.kept())
  const faults = new Faults()
  const requests = new RequestLog()
  const clearOrg = () => {
    journal.pause()
    store.clear()
    seedOrg(store, username, orgId)
    Object.assign(settings, initial)
    core.allowance.clear()
    for (const forget of forgets) forget()
  }
  const control = new ControlSurface({
    ...options.control,
    core,
    faults,
    requests,
    clock,
    clearOrg,
    keep: () => journal.keep(),
  })
  const server = new HttpServer(core, dispatcherOf(core), faults, requests, control)
  const isRestored = options.journal !== undefined && (await journal.open(options.journal))
  if (!isRestored) seedOrg(store, username, orgId)
  url = `http://127.0.0.1:${await server.listen(options.port ?? 0)}`
  if (options.shut !== true) server.open()
  return {
    url,
    store,
    settings,
    clock,
    isRestored,
    keep: () => journal.keep(),
    open: () => {
      server.open()
    },
    userId,
    orgId,
    requests,
    define: (object, fields) => {
      store.define(object, fields)
    },
    load: (object, records) => store.load(object, records),
    expireSessions: () => {
      sessions.expireAll()
    },
    revoke: (token) => sessions.revoke(token),
    arm: (fault) => {
      faults.arm(fault)
    },
    faultsWaiting: () => faults.waiting,
    disarm: () => {
      faults.disarmAll()
    },
    close: async () => {
      await server.close()
      await journal.close()
    },
  }
}

/** The rows every org has: itself, and the user that logs in. */
function seedOrg(store: Store, username: string, orgId: string): void {
  store.load('Organization', [
    { Id: orgId, Name: 'Playground', InstanceName: 'PLAY', OrganizationType: 'Developer Edition', IsSandbox: false },
  ])
  const user = { Username: username, Email: username, LastName: 'Integration', Alias: 'integr', IsActive: true }
  store.load('LeadStatus', LEAD_STATUSES)
  store.load('User', [{ ...user, Id: store.seedUserId, CommunityNickname: 'integration' }])
}

function dispatcherOf(core: OrgCore): Dispatcher {
  const bulkUsage = new BulkUsage()
  const deployments = new Deployments(core)
  core.onReset(() => {
    bulkUsage.clear()
    deployments.clear()
  })
  const routes = [
    rootRoute(core),
    ...limitRoutes(core, () => bulkUsage.used(core.now())),
    ...bulkRoutes(core, bulkUsage),
    ...describeRoutes(core),
    ...recordRoutes(core),
    ...replicationRoutes(core),
    ...queryRoutes(core),
    ...collectionRoutes(core),
    ...compositeRoutes(core, () => dispatcher),
    batchRoute(() => dispatcher),
    treeRoute(core),
    ...deployRoutes(core, deployments),
    ...lackingRoutes(),
  ]
  const dispatcher: Dispatcher = new Dispatcher(core, routes, [
    versionRoute,
    ...oauthRoutes(core),
    ...partnerRoutes(core),
    ...metadataRoutes(core, deployments),
    classicJobRoute(() => dispatcher),
  ])
  return dispatcher
}
