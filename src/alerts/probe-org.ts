import { contactOf } from '../domain/connection.js'
import type { Probe } from '../domain/probe.js'
import { MhError } from '../errors.js'
import { readLimits } from '../salesforce/limits.js'
import type { Org } from '../salesforce/org.js'

/** An org that has not answered by then is away, as far as an alert is concerned, in milliseconds. */
const PATIENCE_MS = 20_000

/**
 * Asks the org in one call what it allows: whether it answers, and how much of its allowance is used. An org that does not answer or lets
 * nobody in is an answer too. Throws what ends the command.
 */
export async function probeOrg(org: Org, now: () => Date): Promise<Probe> {
  const { transport } = org
  const { signal } = transport
  const late = new AbortController()
  const timer = setTimeout(() => {
    late.abort(new MhError('SF_TIMEOUT', `Salesforce did not answer within ${PATIENCE_MS / 1_000} s.`))
  }, PATIENCE_MS)
  transport.signal = signal ? AbortSignal.any([signal, late.signal]) : late.signal
  try {
    const { allowance } = await readLimits(org)
    return { contact: { at: now() }, allowance }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof MhError)) throw error
    return { contact: contactOf(error, now()) }
  } finally {
    clearTimeout(timer)
    transport.signal = signal
  }
}
