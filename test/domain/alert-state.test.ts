import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  acknowledge,
  afterFinding,
  afterTelling,
  isPressing,
  nowTelling,
  owedTo,
  TELLING_MS,
  type AlertState,
  type Telling,
} from '../../src/domain/alert-state.js'
import type { Finding } from '../../src/domain/alerts.js'

type Found = 'fine' | 'warning' | 'critical' | 'not known'
const MINUTE = 60_000
const PACE = { coolDownHours: 6, flapMinutes: 60 }
const START = new Date('2026-11-30T12:00:00Z').getTime()

const finding = (found: Found): Finding => ({
  rule: 'quota',
  state: found === 'fine' || found === 'not known' ? found : 'firing',
  severity: found === 'critical' ? 'critical' : 'warning',
  value: 1,
  limit: 1,
  unit: 'share',
  says: `It is ${found}.`,
  next: 'mh-sf quota',
})

/** One rule over time, as checks see it: each tells what it owes, and the other side takes it or does not. */
class Watch {
  kept: AlertState | undefined
  at = new Date(START)

  /** Minutes later, one check; returns what the channel was told. */
  check(found: Found, minutes = 5, { arrives = true, channel = 'slack' } = {}): Telling | undefined {
    this.at = new Date(this.at.getTime() + minutes * MINUTE)
    this.kept = afterFinding(this.kept, finding(found), this.at)
    if (!this.kept) return undefined
    const what = owedTo(channel, this.kept, this.at, PACE)
    if (!what) return undefined
    const telling = nowTelling(channel, what, 'us', this.kept, this.at)
    this.kept = afterTelling(channel, 'us', telling, arrives ? this.at : undefined)
    return what
  }

  acknowledge(minutes?: number): void {
    const until = minutes === undefined ? {} : { until: new Date(this.at.getTime() + minutes * MINUTE) }
    if (this.kept) this.kept = acknowledge(this.kept, { by: 'ada', at: this.at, ...until })
  }
}

describe('an alert', () => {
  test.each<[string, (Found | [Found, number])[], (Telling | undefined)[]]>([
    ['that never fires is never told', ['fine', 'fine', 'not known'], [undefined, undefined, undefined]],
    ['is not known before it is', ['not known', 'not known'], [undefined, undefined]],
    ['fires once', ['fine', 'warning', 'warning', 'warning'], [undefined, 'fired', undefined, undefined]],
    ['fires at the first check', ['critical'], ['fired']],
    ['resolves once', ['warning', 'fine', 'fine'], ['fired', 'resolved', undefined]],
    ['stays as it is when nobody can say', ['warning', 'not known', 'fine'], ['fired', undefined, 'resolved']],
    ['is told when it becomes critical', ['warning', 'critical', 'critical'], ['fired', 'escalated', undefined]],
    [
      'that calms down is no news, nor is its going up again',
      ['critical', 'warning', 'critical'],
      ['fired', undefined, undefined],
    ],
    [
      'is told again after its cool-down, and not before',
      ['warning', ['warning', 359], ['warning', 1], ['warning', 359]],
      ['fired', undefined, 'still firing', undefined],
    ],
    ['is told again while nobody can say', ['warning', ['not known', 360]], ['fired', 'still firing']],
    [
      'that comes and goes is told once in an hour',
      ['warning', 'fine', 'warning', 'fine', 'warning', ['warning', 54], 'fine', ['warning', 60]],
      ['fired', 'resolved', undefined, undefined, undefined, 'fired', 'resolved', 'fired'],
    ],
  ])('%s', (_name, checks, told) => {
    const watch = new Watch()
    expect(checks.map((each) => (typeof each === 'string' ? watch.check(each) : watch.check(...each)))).toEqual(told)
  })

  test('that was acknowledged is silent until it resolves, and is told anew when it comes back', () => {
    const watch = new Watch()
    watch.check('critical')
    watch.acknowledge()
    expect(watch.kept && isPressing(watch.kept)).toBe(false)
    expect(watch.check('critical', 100 * 60)).toBeUndefined()
    expect(watch.check('fine')).toBe('resolved')
    expect(watch.kept?.acknowledged).toBeUndefined()
    expect(watch.check('critical', 60)).toBe('fired')
    expect(watch.kept && isPressing(watch.kept)).toBe(true)
  })

  test('that was acknowledged for a while is told again when the while is over', () => {
    const watch = new Watch()
    watch.check('warning')
    watch.acknowledge(7 * 60)
    expect(watch.check('warning', 7 * 60 - 1)).toBeUndefined()
    expect(watch.check('warning', 1)).toBe('still firing')
  })

  test('that was acknowledged as a warning is told when it becomes critical', () => {
    const watch = new Watch()
    watch.check('warning')
    watch.acknowledge()
    expect(watch.check('critical')).toBe('escalated')
    watch.acknowledge()
    expect(watch.check('warning')).toBeUndefined()
    expect(watch.check('critical')).toBeUndefined()
  })

  test('that does not fire cannot be acknowledged', () => {
    const watch = new Watch()
    watch.check('fine')
    watch.acknowledge()
    expect(watch.kept?.acknowledged).toBeUndefined()
  })

  test('whose telling did not arrive is told at the next check, to that channel alone', () => {
    const watch = new Watch()
    expect(watch.check('warning', 5, { channel: 'email' })).toBe('fired')
    expect(watch.check('warning', 0, { arrives: false })).toBe('fired')
    expect(watch.check('warning')).toBe('fired')
    expect(watch.check('warning', 0, { channel: 'email' })).toBeUndefined()
    expect(watch.check('fine', 5, { arrives: false })).toBe('resolved')
    expect(watch.check('fine')).toBe('resolved')
    expect(watch.check('fine')).toBeUndefined()
  })

  test('of whose firing nobody heard does not resolve for anybody', () => {
    const watch = new Watch()
    watch.check('warning', 5, { arrives: false })
    expect(watch.check('fine')).toBeUndefined()
  })

  test('is not told by two at once; one who died on the way is made up for', () => {
    const at = new Date(START)
    const fired = afterFinding(undefined, finding('critical'), at)
    if (!fired) throw new Error('nothing was kept')
    const telling = nowTelling('slack', 'fired', 'one', fired, at)
    expect(owedTo('slack', telling, at, PACE)).toBeUndefined()
    expect(owedTo('email', telling, at, PACE)).toBe('fired')
    const later = new Date(START + TELLING_MS)
    expect(owedTo('slack', telling, later, PACE)).toBe('fired')
    const other = nowTelling('slack', 'fired', 'other', telling, later)
    expect(afterTelling('slack', 'one', other, later)).toBe(other)
  })

  test('that was perhaps told, by one who died over it, resolves for whoever may have heard', () => {
    const at = new Date(START)
    const fired = afterFinding(undefined, finding('critical'), at)
    if (!fired) throw new Error('nothing was kept')
    const later = new Date(START + TELLING_MS)
    const calm = afterFinding(nowTelling('slack', 'fired', 'one', fired, at), finding('fine'), later)
    expect(calm && owedTo('slack', calm, later, PACE)).toBe('resolved')
    expect(calm && owedTo('email', calm, later, PACE)).toBeUndefined()
  })

  test.each<[string, number, Found]>([
    ['a check that began later and was quicker', -TELLING_MS + 1, 'fine'],
    ['a clock that is wrong', -TELLING_MS, 'critical'],
  ])('is judged by the latest facts: after %s', (_name, milliseconds, expected) => {
    const watch = new Watch()
    watch.check('fine')
    const earlier = new Date(watch.at.getTime() + milliseconds)
    const after = afterFinding(watch.kept, finding('critical'), earlier)
    expect(after?.state).toBe(expected === 'fine' ? 'fine' : 'firing')
  })

  test('says since when it is as it is', () => {
    const watch = new Watch()
    watch.check('fine')
    watch.check('warning')
    const since = watch.at
    watch.check('critical')
    watch.check('not known')
    expect(watch.kept?.since).toEqual(since)
  })

  test('whatever happens: is told in turns, never the same twice within its time, and only as it was found', () => {
    const step = fc.record({
      found: fc.constantFrom<Found>('fine', 'warning', 'critical', 'not known'),
      minutes: fc.integer({ min: 0, max: 600 }),
      arrives: fc.boolean(),
      acknowledged: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const watch = new Watch()
        const heard: { what: Telling; at: number }[] = []
        for (const { found, minutes, arrives, acknowledged } of steps) {
          const what = watch.check(found, minutes, { arrives })
          if (what && watch.kept) expect(what === 'resolved').toBe(watch.kept.state === 'fine')
          if (what && arrives) heard.push({ what, at: watch.at.getTime() })
          if (acknowledged) watch.acknowledge()
        }
        for (const [index, { what, at }] of heard.entries()) {
          const last = heard[index - 1]
          const since = last ? at - last.at : Infinity
          const expected = !last || last.what === 'resolved' ? ['fired'] : ['escalated', 'still firing', 'resolved']
          expect(expected).toContain(what)
          if (what === 'fired') expect(since).toBeGreaterThanOrEqual(PACE.flapMinutes * MINUTE)
          if (what === 'still firing') expect(since).toBeGreaterThanOrEqual(PACE.coolDownHours * 60 * MINUTE)
        }
      }),
    )
  })
})
