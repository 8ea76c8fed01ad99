import { z } from 'zod'

/*
 * What the commands print with `--json`, as far as the pages show it. Anything else in it is left out, and a document that is not
 * understood is shown as it is.
 */

/** A command that failed says so. */
export const failed = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
})

const range = z.object({ calls: z.number(), atMost: z.number() })
const stopped = z.object({ code: z.string(), message: z.string() }).nullish()
const rest = z.object({
  object: z.string(),
  because: z.string(),
  count: z.number(),
  samples: z.array(z.object({ id: z.string(), fields: z.array(z.string()), by: z.string().optional() })),
})

const synced = z.object({
  run: z.string().nullable(),
  dryRun: z.boolean(),
  people: z.number(),
  events: z.array(
    z.object({
      event: z.object({ id: z.string(), name: z.string() }),
      campaign: z.object({ created: z.boolean(), changes: z.array(z.object({ field: z.string() })) }).nullable(),
      members: z
        .object({
          inserted: z.number(),
          updated: z.number(),
          removed: z.number(),
          unchanged: z.number(),
          failed: z.record(z.string(), z.object({ count: z.number() })),
        })
        .nullable(),
      leftOut: z.record(z.string(), z.number()),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
  contacts: z.looseObject({ contacts: z.number(), updated: z.number() }).nullable().catch(null),
  planned: range,
  calls: z.number(),
  stopped,
})

const undone = z.object({
  run: z.string().nullable(),
  dryRun: z.boolean(),
  counts: z.array(
    z.object({ object: z.string(), restored: z.number(), removed: z.number(), made: z.number(), right: z.number() }),
  ),
  kept: z.array(rest),
  failed: z.array(rest),
  planned: range,
  calls: z.number(),
  stopped,
})

const retried = z.object({
  dryRun: z.boolean(),
  retried: z.array(z.object({ of: z.string(), run: z.string().nullable(), people: z.number(), exitCode: z.number() })),
})

const requeued = z.object({ people: z.number(), dryRun: z.boolean() })

const enriched = z.object({
  run: z.string().nullish(),
  dryRun: z.boolean(),
  people: z.number(),
  outcomes: z.record(z.string(), z.number()),
  updated: z.number(),
  /** Of a dry run, in the place of `updated`. */
  wouldUpdate: z.number().optional(),
  calls: z.number(),
  planned: range,
})

const verified = z.object({
  inAgreement: z.boolean(),
  counts: z.object({
    people: z.number(),
    agrees: z.number(),
    differs: z.number(),
    missing: z.number(),
    'not judged': z.number(),
    fields: z.record(z.string(), z.number()),
    reasons: z.record(z.string(), z.number()),
  }),
  extra: z.number(),
  campaignDiffers: z.array(z.string()),
  disagreeing: z.array(
    z.object({
      participantId: z.string(),
      kind: z.string(),
      fields: z.array(z.string()).optional(),
      why: z.string().optional(),
    }),
  ),
  calls: z.number(),
})

const lookedUp = z.object({
  answers: z.array(
    z.object({
      outcome: z.string(),
      id: z.string().nullable(),
      link: z.string().nullable(),
      tier: z.string().nullable(),
      contact: z.object({ name: z.string(), account: z.object({ name: z.string() }).optional() }).nullable(),
      lead: z.object({ name: z.string(), company: z.string().optional() }).nullable(),
      because: z.array(z.string()),
      campaigns: z.array(z.object({ name: z.string(), status: z.string().optional() })),
    }),
  ),
  saved: z
    .object({
      written: z.number(),
      unchanged: z.number(),
      moved: z.number(),
      failed: z.number(),
      noParticipant: z.number(),
    })
    .optional(),
  calls: z.number(),
})

const resolved = z.object({
  participantId: z.string(),
  decided: z.object({ recordId: z.string().nullable() }).nullable(),
})

/** The kinds of documents, and how each is told from the others. */
const KINDS = { synced, undone, retried, verified, lookedUp, resolved, enriched, requeued } as const
type Kinds = { [Kind in keyof typeof KINDS]: { kind: Kind; result: z.infer<(typeof KINDS)[Kind]> } }
export type Outcome =
  Kinds[keyof Kinds] | { kind: 'failed'; result: z.infer<typeof failed> } | { kind: 'other'; result: unknown }
export type OutcomeOf<Kind extends keyof Kinds> = Kinds[Kind]['result']

/** What a command printed, as what it is. */
export function outcomeOf(printed: unknown): Outcome {
  const error = failed.safeParse(printed)
  if (error.success) return { kind: 'failed', result: error.data }
  for (const [kind, schema] of Object.entries(KINDS)) {
    const read = schema.safeParse(printed)
    if (read.success) return { kind, result: read.data } as Outcome
  }
  return { kind: 'other', result: printed }
}
