import { MhError } from '../errors.js'
import type { FaultAnswer } from '../playground/control/answers.js'
import { ControlError } from '../playground/control/control-error.js'
import { DURATION_FORM, parseDuration } from '../playground/control/duration.js'
import { FAULT_KINDS } from '../playground/control/fault-kinds.js'
import { readFault } from '../playground/control/fault-reader.js'
import { EDGE_STATUSES } from '../playground/org/edge-page.js'
import { plural, printable } from '../render/printable.js'
import { table } from '../render/table.js'

/** What was typed. */
export interface FaultFlags {
  on?: string
  path?: string
  times?: number
  skip?: number
  status?: number
  body?: string
  code?: string
  message?: string
  'retry-after'?: number
  delay?: string
  bytes?: number
  share?: string
  to?: string
  applied?: boolean
  'then-stall'?: boolean
}

/** Flags that the wire calls otherwise. */
const FLAGS: Readonly<Record<string, string>> = {
  text: '--body',
  json: '--body',
  ms: '--delay',
  retryAfter: '--retry-after',
  thenStall: '--then-stall',
  headers: '--body',
}

/** The fault as the control surface takes it. Throws PLAYGROUND_REFUSED that names the flag to write. */
export function faultOf(typed: string, flags: FaultFlags): Record<string, unknown> {
  const { on, path, times, skip, status, body, code, message, bytes, to, applied } = flags
  const given = {
    ...kindOf(typed),
    ...(body === undefined ? {} : bodyOf(body)),
    method: on,
    path,
    times,
    skip,
    status,
    code,
    message,
    retryAfter: flags['retry-after'],
    ms: flags.delay === undefined && typed !== 'delay' ? undefined : delayOf(flags.delay ?? ''),
    bytes,
    share: flags.share === undefined ? undefined : Number(flags.share),
    to,
    applied,
    thenStall: flags['then-stall'],
  }
  const defined = Object.entries(given).filter(([, value]) => value !== undefined)
  const fault = { ...Object.fromEntries(defined), ...kindOf(typed) }
  check(fault)
  return fault
}

/** A number is the status of a proxy's page, or of a plain answer. */
function kindOf(typed: string): Record<string, unknown> {
  if (!/^\d+$/u.test(typed)) return { kind: typed }
  const status = Number(typed)
  return { kind: EDGE_STATUSES.some((one) => one === status) ? 'edge' : 'reply', status }
}

function bodyOf(body: string): Record<string, unknown> {
  try {
    return { json: JSON.parse(body) as unknown }
  } catch {
    const type = body.trimStart().startsWith('<') ? 'text/html;charset=UTF-8' : 'text/plain;charset=UTF-8'
    return { text: body, headers: { 'Content-Type': type } }
  }
}

/** The wire takes milliseconds, people write durations. */
function delayOf(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= 0) return ms
  throw new MhError('USAGE', `--delay cannot be "${text}".`, `Write it ${DURATION_FORM}.`)
}

function check(fault: Record<string, unknown>): void {
  try {
    readFault(fault, (name) => FLAGS[name] ?? `--${name}`)
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    throw new MhError('USAGE', `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`, error.fix)
  }
}

/** All kinds with what they do and the flags that they take. */
export function kindsText(): string {
  const rows = Object.entries(FAULT_KINDS).map(([kind, { means, needs, takes }]) => {
    const flags = [...needs, ...takes.filter((name) => name !== 'headers' && name !== 'json')]
    const told = flags.map((name) => FLAGS[name] ?? `--${name}`).join(' ')
    return [kind, told === '' ? means : `${means}\n${told}`]
  })
  return table(rows, [12])
}

/** The faults that wait, one a line. */
export function faultsText(faults: readonly FaultAnswer[]): string {
  if (faults.length === 0) return 'No faults wait.'
  const rows = faults.map((fault) => [String(fault.id), effectText(fault), whereText(fault), countText(fault)])
  return table(
    rows.map((row) => row.map(printable)),
    [3, 25, 28],
  )
}

function effectText({
  id: _id,
  method: _method,
  path: _path,
  skip: _skip,
  times: _times,
  ...effect
}: FaultAnswer): string {
  const { kind, ...properties } = effect
  const told = Object.entries(properties).map(([name, value]) => {
    if (name === 'applied') return 'after the effect'
    return name === 'json' || name === 'headers' ? '' : `${name} ${String(value)}`
  })
  return [kind, ...told.filter((text) => text !== '')].join(', ')
}

function whereText({ method, path }: FaultAnswer): string {
  return `${method ?? 'any'} ${path}`
}

function countText({ skip, times }: FaultAnswer): string {
  return `${skip > 0 ? `after ${skip}: ` : ''}${plural(times, 'time')}`
}
