import { z } from 'zod'
import { CALL_KINDS } from '../domain/planned-calls.js'

/** What the documents of several commands are made of, as it is in JSON: a time is a text, and what there is none of is absent or null. */

export const time = z.iso.datetime().describe('a time in UTC, ISO 8601')
export const day = z.iso.date().describe('a day in UTC, ISO 8601')
export const people = z.int().min(0).describe('people')
export const calls = z.int().min(0).describe('Salesforce API calls')
export const milliseconds = z.number().min(0).describe('milliseconds')
export const share = z.number().min(0).max(1).describe('a share, from 0 to 1')
export const runId = z.string().describe('id of a run, as `mh-sf runs show` takes it')
export const participantId = z.string().describe('id of a participant on the platform, 24 hexadecimal digits')
export const recordId = z.string().describe('id of a Salesforce record')
export const code = z.string().describe('what went wrong, in capitals: a code of mh-sf or of the org')
export const command = z.string().describe('the command that helps, as it is typed')

/** A number of something that is counted. */
export const counted = (what: string) => z.int().min(0).describe(what)

const range = {
  calls: calls.describe('API calls when all goes well'),
  atMost: calls.describe('the most that it may take'),
}
const callRange = z.strictObject(range)
export const plannedCalls = z
  .strictObject({
    ...range,
    kinds: z.strictObject(Object.fromEntries(CALL_KINDS.map((kind) => [kind, callRange.optional()]))),
  })
  .describe('API calls as they were planned, in all and by what they are for')

export const event = z.strictObject({
  id: z.string().describe('id of the event on the platform, 24 hexadecimal digits'),
  name: z.string(),
  slug: z.string().optional().describe('what can be typed after --event'),
  status: z.string().optional().describe('as the platform has it'),
})

/** Why something did not come to its end, inside of a document. */
export const failure = z.strictObject({ code, message: z.string() })

/** What every command prints in place of its document when it fails, and what a step of a night says. */
export const error = z.strictObject({
  code,
  message: z.string().describe('what happened, to whom and why'),
  hint: z.string().optional().describe('the next step'),
  exitCode: z.int().min(0).max(255).describe('what the process ends with'),
})
