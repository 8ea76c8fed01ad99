import type { JsonObject } from '../org/json-body.js'
import type { MovableClock } from '../movable-clock.js'
import type { ClockAnswer } from './answers.js'
import { ControlError } from './control-error.js'
import type { Controlled, ControlRoute } from './control-route.js'
import { DURATION_FORM, parseDuration, writeDuration } from './duration.js'

const FIX = `Give "set": "2027-01-31T12:00:00Z", "advance": a duration ${DURATION_FORM}, "freeze": true or false, or "reset": true.`
const CHANGES = ['set', 'advance', 'freeze', 'reset']

/** The one clock that org and database share. */
export function clockRoutes({ clock }: Controlled): ControlRoute[] {
  return [
    { method: 'GET', path: '/clock', means: 'the clock of org and database', handle: () => told(clock) },
    {
      method: 'POST',
      path: '/clock',
      means: 'move the clock: {"advance": "2h"}, {"set": "…Z"}, {"freeze": true}, {"reset": true}',
      async handle(call) {
        move(clock, await call.json())
        return told(clock)
      },
    },
  ]
}

function told(clock: MovableClock): { json: ClockAnswer } {
  const { now, ahead, frozen } = clock.state
  return { json: { now: new Date(now).toISOString(), ahead: writeDuration(ahead), aheadMs: ahead, frozen } }
}

function move(clock: MovableClock, body: JsonObject): void {
  const names = Object.keys(body)
  const unknown = names.find((name) => !CHANGES.includes(name))
  if (unknown !== undefined) throw new ControlError(400, `a clock has no ${unknown}`, FIX)
  if (names.length === 0) throw new ControlError(400, 'nothing was asked of the clock', FIX)
  const { set, advance, freeze, reset } = body
  const time = set === undefined ? undefined : timeOf(set)
  const by = advance === undefined ? 0 : durationOf(advance)
  const frozen = freeze === undefined ? undefined : booleanOf('freeze', freeze)
  if (reset !== undefined && booleanOf('reset', reset)) clock.reset()
  if (time !== undefined) clock.set(time)
  clock.advance(by)
  if (frozen === true) clock.freeze()
  if (frozen === false) clock.thaw()
}

function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : NaN
  if (Number.isNaN(time)) throw new ControlError(400, `${JSON.stringify(value)} is no time`, FIX)
  return time
}

function durationOf(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined) throw new ControlError(400, `${JSON.stringify(value)} is no duration`, FIX)
  return ms
}

function booleanOf(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new ControlError(400, `${name} is true or false, not ${JSON.stringify(value)}`, FIX)
}
