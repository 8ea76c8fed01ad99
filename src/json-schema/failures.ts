import { z } from 'zod'
import { code, command, counted, error, participantId, runId, time } from './parts.js'

export const errors = z.strictObject({
  causes: z
    .array(
      z.strictObject({
        code,
        object: z.string().describe('what it happened to: an object, a collection, the queue, or a run'),
        changes: counted('changes that were not made'),
        people: z.array(participantId),
        what: z.string().describe('what went wrong, in plain words'),
        first: z.string().optional().describe('what to do before the command'),
        command,
        firstSeen: time,
        lastSeen: time,
        runId: runId.optional().describe('the latest run that met it'),
      }),
    )
    .describe('those of most people first'),
})

/** In place of its document, of any command that fails. */
export const failed = z.strictObject({ error })
