import { z } from 'zod'
import { receiptText, type SignedReceipt } from '../domain/erasure.js'
import type { Database } from '../mongo/database.js'
import { OptOuts } from '../mongo/opt-outs.js'
import { OurTraits, type FoundTraits } from '../mongo/our-traits.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { planErasure, type ErasureTools } from './erasure-plan.js'

/** Somebody who was erased and of whom there is something again: where, and by which ids of ours to look. */
export interface CameBack {
  /** The beginning of their tombstone. */
  tombstone: string
  where: string
  /** Participants, where that is how they came back. */
  ids: string[]
}

export interface AuditResult {
  /** How many people were erased and have a tombstone. */
  erased: number
  /** Documents that were looked at. */
  looked: number
  /** Who was erased and is registered on the platform, as anybody may: they are left alone, and nothing is amiss. */
  registered: number
  cameBack: CameBack[]
  /** Absent where no receipt was given: whether it is ours, or undefined where its key is not at hand. */
  receipt?: { isOurs?: boolean; tombstoneStands: boolean }
  calls: number
}

const TAG = 12
const receipt = z.object({
  receipt: z.literal('mh-sf erasure'),
  version: z.literal(1),
  tombstone: z.string(),
  orgId: z.string(),
  at: z.string(),
  runs: z.array(z.string()),
  erased: z.array(
    z.object({ object: z.string(), what: z.enum(['removed', 'emptied', 'masked']), records: z.number() }),
  ),
  kept: z.array(z.object({ object: z.string(), records: z.number(), why: z.string() })),
  signature: z.object({ algorithm: z.literal('HMAC-SHA256'), key: z.string(), value: z.string() }),
})

/** A receipt as it lies in a file; undefined for what is none. */
export function readReceipt(raw: unknown): SignedReceipt | undefined {
  return receipt.safeParse(raw).data as SignedReceipt | undefined
}

/**
 * Looks whether anybody who was erased came back. Hashes name nobody, so it goes the other way round: over every participant and everything
 * that we keep, and asks of each whether it is somebody who was erased. Of those who are found, the org is asked too.
 */
export async function audit(
  tools: ErasureTools & { database: Database; source: PeopleSource },
  given?: SignedReceipt,
): Promise<AuditResult> {
  const { database, source } = tools
  const optOuts = new OptOuts(database)
  const before = source.org.calls
  const { erased } = await optOuts.count()
  const result: AuditResult = { erased, looked: 0, registered: 0, cameBack: [], calls: 0 }
  if (erased > 0) {
    const found: { person: string; traits: FoundTraits }[] = []
    for await (const page of new OurTraits(database).pages()) {
      result.looked += page.length
      const noted = await optOuts.among(page)
      for (const [at, one] of noted.entries()) {
        const traits = page[at]
        if (one?.because === 'erased' && traits) found.push({ person: one.person, traits })
      }
    }
    result.registered = new Set(
      found.filter(({ traits }) => traits.where === 'participants').map(({ person }) => person),
    ).size
    for (const { person, traits } of found) {
      if (traits.holds) add(result.cameBack, person, traits.where, traits.participantIds ?? [])
    }
    await askOrg(tools, found, result.cameBack)
  }
  if (given) {
    const isOurs = await optOuts.isSigned(receiptText(given), given.signature)
    const tombstoneStands = (await optOuts.byPerson(given.tombstone)) === 'erased'
    result.receipt = { ...(isOurs === undefined ? {} : { isOurs }), tombstoneStands }
  }
  return { ...result, calls: source.org.calls - before }
}

/** Of those whose address is known again: Leads of ours, members in our campaigns, fields of ours on Contacts. */
async function askOrg(
  tools: ErasureTools,
  found: readonly { person: string; traits: FoundTraits }[],
  cameBack: CameBack[],
): Promise<void> {
  const people = new Map<string, string>()
  for (const { person, traits } of found) {
    const [id] = traits.where === 'participants' ? (traits.participantIds ?? []) : []
    if (id !== undefined && !people.has(person)) people.set(person, id)
  }
  for (const [person, id] of people) {
    const plan = await planErasure(tools, { emails: [], participantIds: [id], recordIds: [] })
    if (plan.members.length > 0) add(cameBack, person, 'CampaignMember', plan.members)
    if (plan.leads.length > 0) add(cameBack, person, 'Lead', plan.leads)
    if (plan.contacts.length > 0)
      add(
        cameBack,
        person,
        'Contact',
        plan.contacts.map((each) => each.id),
      )
  }
}

function add(cameBack: CameBack[], person: string, where: string, ids: readonly string[]): void {
  const tombstone = person.slice(0, TAG)
  const known = cameBack.find((each) => each.tombstone === tombstone && each.where === where)
  if (known) known.ids = [...new Set([...known.ids, ...ids])]
  else cameBack.push({ tombstone, where, ids: [...ids] })
}
