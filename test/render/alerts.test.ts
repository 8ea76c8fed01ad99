import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alertMessage } from '../../src/alerts/alert-message.js'
import type { AlertState } from '../../src/domain/alert-state.js'
import { ALERT_RULES, judgeAlerts } from '../../src/domain/alerts.js'
import { alertCheckText, alertListText, testText } from '../../src/render/alerts.js'
import { ALERTS, ALL_FINE, AT, failing, lookupsOf, quotaOf } from '../support/alert-facts.js'
import { widthOf } from '../support/columns.js'

const TROUBLE = {
  ...ALL_FINE,
  quota: quotaOf(0.987654),
  connection: failing(123_456),
  failuresLastHour: 1_234_567,
  changes: { done: 1, refused: 1_234_567, unknown: 0 },
  lookups: lookupsOf(20, 1_234_567.89),
  nights: { since: new Date(0) },
  queueWaitMs: 1e12,
}

const alert = (at: number, note: string): AlertState => {
  const finding = judgeAlerts(TROUBLE, ALERTS)[at % ALERT_RULES.length]
  if (!finding) throw new Error('there is no such rule')
  const { rule, severity, value, limit, says } = finding
  return {
    ...{ rule, state: 'firing', severity, value, limit, says, since: AT, checkedAt: AT },
    acknowledged: { by: note, at: AT, until: AT, note, severity },
    channels: { webhook: { told: { what: 'still firing', severity, at: AT } } },
  }
}

/** Narrow, wide and combining ones, whose columns every terminal agrees about; it does not about each of the newest. */
const LETTER = fc.constantFrom('a', 'é', 'e\u0301', ' ', '-', '花', 'か', '김')

describe('alerts', () => {
  test('fit 80 columns, however much there is to tell', () => {
    fc.assert(
      fc.property(fc.string({ unit: LETTER, maxLength: 120 }), (note) => {
        const kept = ALERT_RULES.map((_rule, at) => alert(at, note))
        const findings = judgeAlerts(TROUBLE, ALERTS)
        const alerts = findings.map((finding, at) => ({ finding, alert: kept[at], news: 'fired' as const }))
        const texts = [
          alertCheckText({ at: AT, dryRun: true, exitCode: 3, alerts, told: [] }),
          alertListText(kept.map((each) => ({ rule: each.rule, on: true, alert: each }))),
          testText([{ channel: 'slack', to: 'hooks.slack.com', answer: '200 ok' }]),
        ]
        for (const line of texts.flatMap((text) => text.split('\n'))) expect(widthOf(line)).toBeLessThanOrEqual(80)
      }),
      { numRuns: 8 },
    )
  })

  test('that do not fire are not called well: what is below its limit may be amiss all the same', () => {
    const facts = { ...ALL_FINE, connection: failing(ALERTS.connection.limit - 1) }
    const alerts = judgeAlerts(facts, ALERTS).map((finding) => ({ finding }))
    const text = alertCheckText({ at: AT, dryRun: false, exitCode: 0, alerts, told: [] })
    expect(text).toContain(`failed to answer ${ALERTS.connection.limit - 1} times`)
    expect(text.split('\n')[0]).toBe('No alert fires.')
  })

  test('are told in plain sentences, each with what to look at', () => {
    const [connection, quota] = [alert(0, 'ada'), alert(1, 'ada')]
    const { subject, text } = alertMessage(
      [
        { what: 'still firing', alert: connection, next: 'mh-sf auth status' },
        { what: 'fired', alert: quota, next: 'mh-sf quota' },
        { what: 'resolved', alert: { ...quota, rule: 'queue', says: 'Nobody waits in the queue.' }, next: '' },
      ],
      'hackathon-platform, login.salesforce.com',
    )
    expect(subject).toBe('mh-sf: 2 firing, 2 critical, 1 resolved (hackathon-platform, login.salesforce.com)')
    expect(text)
      .toBe(`still CRITICAL: connection: Salesforce failed to answer 123456 times in a row (SF_UNREACHABLE); it answered last at 2026-11-30 11:00 UTC.
since 2026-11-30 12:00 UTC
then: mh-sf auth status

CRITICAL: quota: 98.8 % of the org's API calls of 24 hours are used (98,765 of 100,000, at 2026-11-30 12:00 UTC).
then: mh-sf quota

resolved: queue: Nobody waits in the queue.

If you look after it: mh-sf alerts ack connection`)
  })
})
