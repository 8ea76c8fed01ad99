import { createInterface } from 'node:readline'
import type { App } from '../app/app.js'
import { maskEmail, normaliseEmail, type NormalEmail } from '../domain/email.js'
import type { RunEnd } from '../domain/run.js'
import { exitCodes, MhError } from '../errors.js'
import { LookupCache } from '../mongo/lookup-cache.js'
import { Participants } from '../mongo/participants.js'
import { refusedAddress } from '../render/lookup.js'
import { beginRunOf } from './begin-run.js'
import { lookup, type LookupResult } from '../sync/lookup.js'
import { asRun, endOf, type Run, type RunEvent, type RunRequest } from '../sync/run.js'
import { untilAborted } from '../until-aborted.js'

/** One person waits at most so long (product.md §8: sign-up tries for 2 s, a person at a prompt has a little more patience). */
const PATIENCE_MS = 3_000
/** What one call can answer: a statement each for contacts, leads, and the campaigns of both. */
const ADDRESSES_PER_CALL = 2_000
/** The cache is a convenience: looking for its server takes no longer than this. */
const CACHE_PATIENCE_MS = 1_000

interface LookupFlags {
  refresh: boolean
  save: boolean
  'max-api-calls'?: number
}

/** What came of a lookup: answers, addresses that are none, and the exit code for both. */
export interface LookedUp {
  result: LookupResult
  /** What was typed and is no address, masked, with the problem. */
  refused: string[]
  instanceUrl: string
  exitCode: number
}

/** Looks the addresses up, with the cache if the database is there, and gives up clearly when its time is over. */
export async function runLookup(
  app: App,
  typed: readonly string[],
  flags: LookupFlags,
  tell: (line: string) => void,
): Promise<LookedUp> {
  if (typed.includes('-') && process.stdin.isTTY) tell('Addresses, one a line; Ctrl-D ends them:')
  const { emails, refused } = await addresses(typed, app.signal)
  for (const line of refused) tell(line)
  app.require('salesforce', ...(flags.save ? ['mongo' as const] : []))
  const seconds = (PATIENCE_MS / 1_000) * Math.ceil(emails.length / ADDRESSES_PER_CALL)
  const patience = AbortSignal.any([app.signal, AbortSignal.timeout(seconds * 1_000)])
  try {
    const { result, instanceUrl } = await untilAborted(ask(app, emails, flags, patience, tell), patience)
    return { result, refused, instanceUrl, exitCode: exitCodeFor(result, refused) }
  } catch (error) {
    if (error instanceof MhError || !patience.aborted) throw error
    const hint = 'Run the command again; `mh-sf auth status` and a look at MONGODB_URI tell which of the two is slow.'
    throw new MhError('SF_TIMEOUT', `There was no answer within ${seconds} s, from Salesforce or the database.`, hint)
  }
}

async function ask(
  app: App,
  emails: readonly NormalEmail[],
  flags: LookupFlags,
  patience: AbortSignal,
  tell: (line: string) => void,
) {
  const database = await openDatabase(app, flags.save, tell)
  const source = app.people({ signal: patience })
  source.org.beginLookup(flags['max-api-calls'])
  const { orgId, instanceUrl } = await source.org.session()
  const tools = {
    source,
    database: database && { cache: new LookupCache(database, orgId), participants: new Participants(database) },
    clock: app.clock,
    policy: app.policy,
  }
  const work = (run?: Run) => lookup({ ...tools, run }, { emails, ...flags })
  const result = flags.save ? await asRun(savingRun(app, tell), work, savingEnd) : await work()
  if (result.cacheTrouble !== undefined) tell(`Without cache: ${result.cacheTrouble}`)
  if (result.missing.length > 0) {
    tell(`Left out, because the org or this user's rights lack them: ${result.missing.join(', ')}`)
  }
  return { result, instanceUrl }
}

/** What is saved stands in nobody's way, so the run holds nothing. It is kept without anybody's address. */
function savingRun(app: App, tell: (line: string) => void): RunRequest {
  const typed = app.who.arguments.map((each) => (each.includes('@') ? maskEmail(each) : each))
  const watch = (event: RunEvent) => {
    if (event.kind === 'run') tell(`Run      ${event.id}`)
  }
  return { begin: beginRunOf(app, { arguments: typed }), scopes: [], watch }
}

function savingEnd({ saved }: LookupResult): Omit<RunEnd, 'spent'> {
  return endOf(undefined, (saved?.failed ?? 0) > 0)
}

function exitCodeFor({ answers, saved }: LookupResult, refused: readonly string[]): number {
  if (refused.length > 0 || (saved && saved.failed > 0)) return exitCodes.FAILED_ROWS
  return answers.some(({ match }) => match.kind !== 'not_found') ? 0 : exitCodes.NOT_FOUND
}

/** What was typed as addresses; what is not one is kept for the report and the rest go on, unless none is left. */
async function addresses(
  typed: readonly string[],
  signal: AbortSignal,
): Promise<{ emails: NormalEmail[]; refused: string[] }> {
  const lines = typed.includes('-') ? await untilAborted(stdinLines(), signal) : []
  const emails: NormalEmail[] = []
  const refused: string[] = []
  for (const text of [...typed.filter((each) => each !== '-'), ...lines]) {
    const address = normaliseEmail(text)
    if (address.ok) emails.push(address.email)
    else refused.push(refusedAddress(text, address.problem))
  }
  if (emails.length > 0) return { emails, refused }
  const hint = 'Give addresses as in ana@example.com, or - and one a line on stdin.'
  throw new MhError('USAGE', refused[0] ?? 'No address was given.', hint)
}

async function stdinLines(): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') lines.push(line)
  return lines
}

async function openDatabase(app: App, needed: boolean, tell: (line: string) => void) {
  if (needed) return app.database()
  return app.database(CACHE_PATIENCE_MS).catch((error: unknown) => {
    if (!(error instanceof MhError)) throw error
    tell(`Without cache and stored links: ${error.message}`)
    return undefined
  })
}
