import { z } from 'zod'
import { calls, counted, participantId, recordId, runId, time } from './parts.js'

const because = z
  .enum(['asked', 'erased', 'org'])
  .describe('they asked for it, were erased, or a record of the org says so')
const addresses = z.array(z.string()).describe('masked')
const person = z.enum(['Contact', 'Lead'])

export const privacyOptOut = z.strictObject({
  run: runId.nullable().describe('null where no org is configured: it was not told'),
  addresses,
  participants: z.array(participantId),
  before: z.strictObject({ because, at: time }).nullable().describe('what was noted of them until now'),
  records: z
    .array(
      z.strictObject({
        object: z.enum(['Contact', 'Lead', 'Individual']),
        id: recordId,
        field: z.string(),
        outcome: z.enum(['set', 'already', 'left', 'the user may not write it', 'converted', 'refused']),
        code: z.string().nullable().describe('why the org refused it'),
      }),
    )
    .describe('what became of the flags of the org'),
  memberships: counted('members that earlier runs wrote down'),
  calls,
})

export const privacyExport = z.strictObject({
  addresses,
  found: z.record(z.string(), counted('documents or records')).describe('by where'),
  files: z.array(z.string()).describe('where it was written to'),
})

const documents = z.array(z.record(z.string(), z.unknown()))
const rows = z.array(z.record(z.string(), z.string()))

/** What `privacy export --out` writes. */
export const personalData = z.strictObject({
  madeAt: time,
  addresses: z.array(z.string()).describe('under which the person was found'),
  optOut: z.strictObject({ because, at: time }).optional(),
  platform: z
    .strictObject({
      participants: documents,
      users: documents.describe('accounts, without how they log in'),
      projects: documents,
      teams: documents,
      events: documents.describe('names of the events that the others speak of'),
    })
    .describe('documents of the platform, as they are kept'),
  salesforce: z
    .strictObject({ contacts: rows, leads: rows, members: rows })
    .describe('the fields of records that mh-sf reads or writes, as texts; those that are empty are absent'),
  ours: z.record(z.string(), documents).describe("mh-sf's own collections, by name"),
})

const erased = z.array(
  z.strictObject({
    object: z.string().describe('of Salesforce, a collection, or `recycle bin`'),
    what: z.enum(['removed', 'emptied', 'masked']),
    records: counted('records or documents'),
  }),
)
const kept = z.array(
  z.strictObject({ object: z.string(), records: counted('records, documents or fields'), why: z.string() }),
)

/** What `privacy forget --receipt` writes: nothing in it says who it was. */
export const receipt = z.strictObject({
  receipt: z.literal('mh-sf erasure'),
  version: z.literal(1),
  tombstone: z.string().describe('the keyed hash that is kept of the person'),
  orgId: recordId,
  at: time,
  runs: z.array(runId).describe('more than one where it was cut off'),
  erased,
  kept,
  signature: z.strictObject({
    algorithm: z.literal('HMAC-SHA256'),
    key: z.string().describe('which key it was'),
    value: z.string(),
  }),
})

export const privacyForget = z.strictObject({
  outcome: z.enum(['preview', 'nothing left', 'erased']),
  run: runId.nullable(),
  addresses: addresses.optional().describe('masked; of a dry run'),
  participants: z.array(participantId).optional().describe('of a dry run'),
  records: z
    .array(z.strictObject({ object: person, id: recordId, converted: z.boolean() }))
    .optional()
    .describe('of a dry run'),
  erases: erased.describe('what would go, in a dry run'),
  kept,
  failed: z.record(z.string(), counted('records')).describe('what the org did not let go, by its code'),
  receipt: receipt.nullable(),
})

export const privacyAudit = z.strictObject({
  erased: counted('people who were erased'),
  looked: counted('documents that were looked at'),
  registered: counted('of these people: who is registered on the platform again, and left alone'),
  cameBack: z
    .array(
      z.strictObject({
        tombstone: z.string().describe('the beginning of it'),
        where: z.string().describe('an object of Salesforce or a collection'),
        ids: z.array(z.string()).describe('what `mh-sf privacy forget` takes'),
      }),
    )
    .describe('of whom there is something again'),
  receipt: z
    .strictObject({
      isOurs: z.boolean().nullable().describe('null where its key is not at hand'),
      tombstoneStands: z.boolean(),
    })
    .nullable()
    .describe('of the receipt that was given'),
  calls,
})
