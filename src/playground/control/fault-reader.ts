import { EDGE_STATUSES } from '../org/edge-page.js'
import { ERROR_CODES, knownError } from '../org/error-codes.js'
import type { Fault, FaultEffect } from '../org/faults.js'
import type { JsonObject } from '../org/json-body.js'
import { METHODS } from '../org/router.js'
import { ControlError } from './control-error.js'
import { FAULT_KINDS, PROPERTIES, type PropertyName } from './fault-kinds.js'
import { nearest } from './nearest.js'

const KINDS = Object.keys(FAULT_KINDS)

/**
 * Reads a fault from its flat form: `kind`, `method`, `path`, `skip`, `times`, and the properties of the kind. Throws a
 * ControlError that says what to write instead; `called` is how the caller writes the name of a property.
 */
export function readFault(
  { kind, method, path = '*', skip = 0, times = 1, ...properties }: JsonObject,
  called: (name: string) => string = (name) => name,
): Fault {
  const effect = readEffect(kind, properties, called)
  if (typeof path !== 'string' || !/^[*/]/u.test(path)) {
    throw wrong(`no path begins like ${JSON.stringify(path)}`, 'Begin it with / or *, as in */sobjects/Contact.')
  }
  return {
    ...(method === undefined ? {} : { method: readMethod(method) }),
    path,
    skip: readCount('skip', skip, 0),
    times: readCount('times', times, 1),
    effect,
  }
}

function readEffect(kind: unknown, properties: JsonObject, called: (name: string) => string): FaultEffect {
  const known = Object.entries(FAULT_KINDS).find(([name]) => name === kind)?.[1]
  if (typeof kind !== 'string' || known === undefined) {
    const meant = typeof kind === 'string' ? `Did you mean ${nearest(kind, KINDS)}? ` : ''
    throw wrong(`there is no fault of kind ${String(kind)}`, `${meant}Kinds are ${KINDS.join(', ')}.`)
  }
  const missing = known.needs.find((name) => properties[name] === undefined)
  if (missing !== undefined)
    throw wrong(`the fault ${kind} needs ${called(missing)}`, `Give ${called(missing)}: ${PROPERTIES[missing].takes}.`)
  const all: readonly string[] = [...known.needs, ...known.takes]
  for (const [name, value] of Object.entries(properties)) {
    const list = all.length === 0 ? 'nothing else' : all.map(called).join(', ')
    if (!all.includes(name)) throw wrong(`the fault ${kind} does not take ${called(name)}`, `It takes ${list}.`)
    checkProperty(name as PropertyName, value, called)
  }
  checkMeaning(kind, properties)
  return { kind, ...properties } as FaultEffect
}

function checkProperty(name: PropertyName, value: unknown, called: (name: string) => string): void {
  const { takes, accepts } = PROPERTIES[name]
  if (!accepts(value)) throw wrong(`${called(name)} cannot be ${JSON.stringify(value)}`, `Give ${takes}.`)
}

/** What one property alone does not show. */
function checkMeaning(kind: string, { status, code, message, text, json }: JsonObject): void {
  if (kind === 'edge' && !EDGE_STATUSES.some((one) => one === status)) {
    throw wrong(
      `no proxy page has status ${String(status)}`,
      `Give ${EDGE_STATUSES.join(', ')}; reply takes any status.`,
    )
  }
  if (kind === 'reply' && text !== undefined && json !== undefined)
    throw wrong('a reply has one body', 'Give text or json.')
  if (kind === 'error' && message === undefined && knownError(String(code)) === undefined) {
    const fix = `Did you mean ${nearest(String(code), ERROR_CODES)}? Give a message to send it all the same.`
    throw wrong(`${String(code)} is no code that is known here`, fix)
  }
}

function readMethod(value: unknown): string {
  const method = METHODS.find((one) => typeof value === 'string' && one === value.toUpperCase())
  if (method !== undefined) return method
  throw wrong(`there is no method ${JSON.stringify(value)}`, `Give one of ${METHODS.join(', ')}.`)
}

function readCount(name: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value)
  throw wrong(`${name} cannot be ${JSON.stringify(value)}`, `Give a whole number, ${least} or more.`)
}

function wrong(message: string, fix: string): ControlError {
  return new ControlError(400, message, fix)
}
