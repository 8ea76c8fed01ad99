import { createInterface } from 'node:readline'
import type { App } from '../app/app.js'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import { exitCodes, MhError } from '../errors.js'
import { LookupCache } from '../mongo/lookup-cache.js'
import { Participants } from '../mongo/participants.js'
import { refusedAddress } from '../render/lookup.js'
import { lookup, type LookupResult } from '../sync/lookup.js'

/** One person waits at most so long (product.md §8: sign-up tries for 2 s, a person at a prompt has a little more patience). */
const PATIENCE_MS = 3_000
/** What one call can answer; each further one may take as long again. */
const ADDRESSES_PER_CALL = 4_000
/** The cache is a convenience: looking for its server takes no longer than this. */
const CACHE_PATIENCE_MS = 1_000

interface LookupFlags {
  refresh: boolean
  save: boolean
}

/** Looks the addresses up, with the cache if the database is there; returns the answers and the exit code for them. */
export async function runLookup(
  app: App,
  typed: readonly string[],
  flags: LookupFlags,
  tell: (line: string) => void,
): Promise<{ result: LookupResult; instanceUrl: string | undefined; exitCode: number }> {
  const emails = await addresses(typed, tell)
  app.require('salesforce', ...(flags.save ? ['mongo' as const] : []))
  const database = await openDatabase(app, flags.save, tell)
  const source = app.people()
  const patience = AbortSignal.timeout(PATIENCE_MS * Math.ceil(emails.length / ADDRESSES_PER_CALL))
  source.org.transport.signal = AbortSignal.any([app.signal, patience])
  const session = await source.org.session()
  const tools = {
    source,
    database: database && { cache: new LookupCache(database, session.orgId), participants: new Participants(database) },
    clock: app.clock,
    policy: { ...app.policy.match, existingCustomer: app.policy.enrichment.existingCustomer },
  }
  const result = await lookup(tools, { emails, ...flags })
  if (result.missing.length > 0)
    tell(`Left out, because the org or this user's rights lack them: ${result.missing.join(', ')}`)
  return { result, instanceUrl: session.instanceUrl, exitCode: exitCodeFor(result) }
}

function exitCodeFor({ answers, saved }: LookupResult): number {
  if (saved && saved.failed > 0) return exitCodes.FAILED_ROWS
  return answers.some(({ match }) => match.kind !== 'not_found') ? 0 : exitCodes.NOT_FOUND
}

/** What was typed as addresses; what is not one is told and the rest go on, unless none is left. */
async function addresses(typed: readonly string[], tell: (line: string) => void): Promise<NormalEmail[]> {
  const raw = typed.includes('-') ? [...typed.filter((each) => each !== '-'), ...(await stdinLines())] : typed
  const emails: NormalEmail[] = []
  const refused: string[] = []
  for (const text of raw) {
    const address = normaliseEmail(text)
    if (address.ok) emails.push(address.email)
    else refused.push(refusedAddress(text, address.problem))
  }
  if (emails.length === 0)
    throw new MhError(
      'USAGE',
      refused[0] ?? 'No address was given.',
      'Give addresses as in ana@example.com, or - and one a line on stdin.',
    )
  for (const line of refused) tell(line)
  return emails
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
