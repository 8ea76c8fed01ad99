import { z } from 'zod'
import { RESULTS } from '../domain/check.js'
import { counted } from './parts.js'

export const doctor = z.strictObject({
  exitCode: z
    .int()
    .min(0)
    .describe('0 where nothing failed; 5 for a login or a right, 2 for a setting, 1 for anything else'),
  counts: z.strictObject(
    Object.fromEntries(RESULTS.map((result) => [result, counted('checks')])) as Record<
      (typeof RESULTS)[number],
      z.ZodInt
    >,
  ),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      result: z.enum(RESULTS),
      text: z.string().describe('what was found, in a sentence'),
      fix: z.string().nullable().describe('the next command or step; null of what is well'),
    }),
  ),
})
