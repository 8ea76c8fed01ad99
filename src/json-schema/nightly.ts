import { z } from 'zod'
import { ALERT_RULES } from '../domain/alerts.js'
import { NIGHT_STEPS, NIGHT_VERDICTS } from '../domain/night.js'
import { calls, command, counted, error, milliseconds, runId, time } from './parts.js'

export const nightly = z.strictObject({
  run: runId.nullable().describe('null of a dry run'),
  dryRun: z.boolean(),
  startedAt: time,
  endedAt: time,
  verdict: z.enum(NIGHT_VERDICTS),
  exitCode: z.int().min(0).max(255).describe('what the process ends with'),
  error: error.optional().describe('what ended the night before its end'),
  steps: z.array(
    z.strictObject({
      name: z.enum(NIGHT_STEPS),
      state: z.enum([
        'done',
        'failed rows',
        'disagree',
        'critical',
        'failed',
        'goes on',
        'stopped',
        'skipped',
        'not come to',
      ]),
      why: z.string().optional().describe('why it was left out'),
      counts: z.record(z.string(), counted('people, members or records')).describe('by what was counted'),
      runs: z.array(runId).describe('the runs that it was'),
      error: error.optional(),
      next: command.optional().describe('the command that tells more, or does the rest'),
      firing: z
        .array(
          z.strictObject({
            rule: z.enum(ALERT_RULES),
            severity: z.enum(['warning', 'critical']),
            acknowledged: z.boolean().describe('somebody looks after it'),
            says: z.string().describe('what is amiss, in one sentence'),
          }),
        )
        .optional()
        .describe('the alerts that fire'),
      calls,
      milliseconds,
    }),
  ),
  calls,
})
