import { z } from 'zod'
import { event, failure, people, recordId } from './parts.js'

const value = z.union([z.string(), z.boolean()])

const campaign = z.strictObject({
  id: recordId.nullable(),
  created: z.boolean().describe('it was made, or is still to be made'),
  foundBy: z.enum(['stored', 'configured', 'key', 'mark', 'adopt']).nullable(),
  people: people.describe('members, as the org counts them'),
  changes: z
    .array(z.strictObject({ field: z.string(), before: value.optional(), after: value }))
    .describe('fields that are not as they should be'),
  statusesCreated: z.array(z.string()).describe('statuses that it lacks'),
  statusesChanged: z.array(z.string()).describe('statuses whose order or response is not as it should be'),
  notes: z.array(z.string()).describe('what else differs, and is left so'),
})

export const campaignList = z.strictObject({
  events: z.array(
    z.strictObject({
      event,
      campaign: campaign.nullable().describe('null where a person has to decide'),
      error: failure.nullable(),
    }),
  ),
})

export const campaignShow = z.strictObject({
  event,
  campaign,
  members: z.array(z.strictObject({ status: z.string(), count: people })).describe('members by status, most first'),
  url: z.url().nullable().describe('where a person looks at it'),
})
