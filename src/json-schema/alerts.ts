import { z } from 'zod'
import { ALERT_RULES } from '../domain/alerts.js'
import { command, error, time } from './parts.js'

const rule = z.enum(ALERT_RULES).describe('which alert, as `mh-sf alerts ack` takes it')
const severity = z.enum(['warning', 'critical'])
const value = z.number().min(0).describe('what was measured, in its unit')
const limit = z.number().min(0).describe('from where on it fires, in the same unit')
const unit = z.enum(['share', 'failures', 'milliseconds', 'hours', 'minutes']).describe('a share goes from 0 to 1')
const says = z.string().describe('how it is, in one sentence')
const state = z.enum(['firing', 'fine'])
const what = z.enum(['fired', 'escalated', 'still firing', 'resolved'])
const channel = z.enum(['slack', 'webhook', 'email'])

const kept = {
  since: time.nullable().describe('since when it is so; null of one that was never judged'),
  acknowledged: z
    .strictObject({ by: z.string(), at: time, until: time.nullable(), note: z.string().nullable() })
    .nullable()
    .describe('who looks after it'),
  lastTold: z.array(z.strictObject({ channel, what, at: time })).describe('what arrived last, by channel'),
}

/** What became of a message on one channel. */
export const delivery = {
  channel,
  to: z.string().describe('where it leads, without what is secret of it'),
  answer: z.string().nullable().describe('what the other side said; null where it did not arrive'),
  error: error.optional(),
}

export const alertsCheck = z.strictObject({
  at: time,
  dryRun: z.boolean(),
  exitCode: z.int().min(0).max(255).describe('what the process ends with'),
  alerts: z.array(
    z.strictObject({
      rule,
      state: z.enum(['firing', 'fine', 'not known']).describe('how it stands'),
      judged: z
        .enum(['firing', 'fine', 'not known'])
        .describe('what this check found; what is not known changes nothing'),
      severity,
      value: value.nullable(),
      limit,
      unit,
      says,
      next: command,
      news: z.enum(['fired', 'resolved']).nullable().describe('what this check has found to be new'),
      ...kept,
    }),
  ),
  told: z
    .array(z.strictObject({ ...delivery, alerts: z.array(z.strictObject({ rule, what })) }))
    .describe('the messages of this check, one a channel'),
})

export const alertsList = z.strictObject({
  alerts: z.array(
    z.strictObject({
      rule,
      on: z.boolean().describe('false of one that is switched off'),
      unit,
      state: state.nullable().describe('null of one that was never judged, and so what follows'),
      severity: severity.nullable(),
      value: value.nullable(),
      limit: limit.nullable(),
      says: says.nullable(),
      checkedAt: time.nullable(),
      ...kept,
    }),
  ),
})

export const alertsAck = z.strictObject({ rule, state, severity, ...kept })

export const alertsTest = z.strictObject({ channels: z.array(z.strictObject(delivery)) })
