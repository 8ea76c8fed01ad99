import { normaliseEmail } from '../domain/email.js'
import type { Participant } from '../domain/person.js'
import { afterPart, halvesOf, mayBeData } from '../domain/refused.js'
import { MhError, type ErrorCode } from '../errors.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { enrichBatch, type BatchTools, type Enriched } from './enrich-batch.js'

/** `refused`: what is asked about them the org refuses, and about others it answers. */
export type Fate = Enriched | { kind: 'refused'; code: ErrorCode }

/** What became of whom, by the participant's id; after an `error` nothing became of those who are missing. */
export interface Fates {
  fates: Map<string, Fate>
  error?: Error
}

/** An address that nobody can have (RFC 2606). */
const NOBODY = normaliseEmail('nobody@mh-sf.invalid')

/**
 * As `enrichBatch`, but that one person's data does not keep the others from being served: where that may be the reason of a failure, halves
 * of the batch are tried, and halves of these. Throws nothing.
 */
export async function enrichApart(tools: BatchTools, people: readonly Participant[]): Promise<Fates> {
  const fates = new Map<string, Fate>()
  const parts = [people]
  let answersOthers: boolean | undefined
  let refused = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    try {
      for (const [id, enriched] of await enrichBatch(tools, part)) fates.set(id, enriched)
    } catch (error) {
      const code = error instanceof MhError ? error.code : 'UNEXPECTED'
      answersOthers ??= mayBeData(code) && (await answersAboutNobody(tools.source))
      const then = afterPart({ code, people: part.length, answersOthers, refused })
      if (then === 'everybody') return { fates, error: error as Error }
      if (then === 'halves') parts.push(...halvesOf(part))
      else {
        refused += 1
        for (const { id } of part) fates.set(id, { kind: 'refused', code })
      }
    }
  }
  return { fates }
}

async function answersAboutNobody(source: PeopleSource): Promise<boolean> {
  if (!NOBODY.ok) return false
  const { email } = NOBODY
  return source
    .use((people) => people.byAddress([email]))
    .then(
      () => true,
      () => false,
    )
}
