import type { App } from '../app/app.js'
import { optOutFields } from '../domain/opt-out.js'
import type { AskedWay } from '../domain/write-plan.js'
import { exitCodes, type ErrorCode } from '../errors.js'
import { syncStage } from '../render/campaign-sync.js'
import type { ContractTools } from '../sync/campaign-contract.js'
import { contractTools, syncCampaigns, type SyncResult, type SyncTools } from '../sync/campaign-sync.js'
import { hasFailures, stillRunning } from '../sync/sync-outcome.js'
import { mappedFields } from '../sync/push-contacts.js'
import type { BeginRun } from '../sync/run.js'
import { beginRunOf, type RunKind } from './begin-run.js'
import { bulkConfirmation } from './confirm-bulk.js'
import { waitOf } from './duration.js'
import { askForEvent, requireTerminal } from './ask-for-event.js'
import { showProgress } from './show-progress.js'

export interface CampaignSyncFlags {
  event?: string
  'dry-run': boolean
  correct: boolean
  /** As typed; without it the settings say. `push` has no such flag: it makes nobody. */
  'create-leads'?: boolean
  via: AskedWay
  'max-api-calls'?: number
  wait?: string
  /** Whether it is answered beforehand that Bulk jobs may write to a production org; absent where nobody is asked. */
  yes?: boolean
  quiet: boolean
}

/** `sync` takes every live event when none is named and makes what is missing; `push` is for one and makes nothing. */
export type CampaignVerb = 'sync' | 'push'

/** Syncs as the flags say, showing how far it is; returns what happened and the exit code for it. */
export async function runCampaignSync(
  app: App,
  verb: CampaignVerb,
  flags: CampaignSyncFlags,
  kind: RunKind = {},
): Promise<{ result: SyncResult; exitCode: number }> {
  if (verb === 'push' && flags.event === undefined) requireTerminal()
  app.require('mongo', 'salesforce')
  const waitMs = waitOf(flags.wait)
  const event = flags.event ?? (verb === 'push' ? await askForEvent(app) : undefined)
  const mayWriteInBulk = bulkConfirmation(app, flags.yes)
  const tools = { ...(await syncTools(app, kind)), waitMs, mayWriteInBulk }
  const request = {
    event,
    dryRun: flags['dry-run'],
    mayCreate: verb === 'sync',
    writeBack: verb === 'sync' && app.settings.policy.writeBack.onSync,
    createLeads: verb === 'sync' && (flags['create-leads'] ?? app.settings.policy.leads.create),
    correct: flags.correct,
    via: flags.via,
    maxApiCalls: flags['max-api-calls'],
  }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => syncCampaigns(tools, request, watch))
  return { result, exitCode: exitCodeOf(result) }
}

/** What work on Campaigns themselves needs, once both systems are known to be configured. */
export async function campaignTools(app: App): Promise<ContractTools & { begin: BeginRun }> {
  app.require('mongo', 'salesforce')
  return { ...contractTools(await syncTools(app)), begin: beginRunOf(app) }
}

/** Both systems and the policies, for whoever works on campaigns. */
export async function syncTools(app: App, kind?: RunKind): Promise<SyncTools> {
  const { campaign, writeBack, leads, consent, optOut } = app.settings.policy
  const flags = optOutFields(optOut.individual)
  return {
    source: app.people({ also: { Contact: [...flags, ...mappedFields(writeBack)], Lead: flags } }),
    database: await app.database(),
    clock: app.clock,
    signal: app.signal,
    match: app.policy,
    campaign,
    writeBack,
    leads,
    consent,
    staging: app.staging,
    begin: beginRunOf(app, kind),
    environment: (name) => app.settings.environment[name],
  }
}

/**
 * Why it stopped, else an event that failed, else rows that failed; one failing event alone keeps its own code, and so does
 * a job that goes on where nothing else is amiss.
 */
export function exitCodeOf(result: SyncResult): number {
  const { stopped, events, contacts } = result
  if (stopped) return stopped.exitCode
  const [only, ...others] = events.flatMap(({ error }) => error ?? [])
  const running = stillRunning(result)
  if (running && !hasFailures(withoutThose(result, running.code))) return running.exitCode
  if (only && others.length === 0 && events.length === 1) return only.exitCode
  if (contacts && 'error' in contacts) return contacts.error.exitCode
  return hasFailures(result) ? exitCodes.FAILED_ROWS : 0
}

function withoutThose({ events, contacts, ...rest }: SyncResult, code: ErrorCode): SyncResult {
  const others = events.map((each) => (each.error?.code === code ? { ...each, error: undefined } : each))
  return {
    ...rest,
    events: others,
    contacts: contacts && 'error' in contacts && contacts.error.code === code ? undefined : contacts,
  }
}
