import type { PlannedCalls } from './planned-calls.js'
import type { LineCount } from './run-line.js'

/** Who runs what: everything about a run that is known when it begins. */
export interface RunHead {
  /** Sorts by the time at which it began. */
  id: string
  /** As typed, without the flags: `campaign sync`. */
  command: string
  /** The flags as typed; no secret is ever one. */
  arguments: readonly string[]
  user: string
  host: string
  pid: number
  version: string
}

/** What a run works on: an event by its id, or everybody. */
export type RunScope = string
export const EVERYBODY: RunScope = 'everybody'

/** The command that takes back what a run did. */
export const UNDO_COMMAND = 'runs undo'

/** Commands by which somebody's own wish is done; they are not undone. */
export const PRIVACY_COMMANDS = ['privacy opt-out', 'privacy opt-in', 'privacy forget'] as const

export function isPrivacyCommand(command: string): boolean {
  return PRIVACY_COMMANDS.some((each) => each === command)
}

/**
 * How a run stands: `stopped` ended early and may be done again for the rest, `failed` ended with an error, `died` never said
 * how it ended, and a later run found it so.
 */
export type RunState = 'running' | 'done' | 'failed rows' | 'stopped' | 'failed' | 'died'

/** A Bulk job that a run gave to the org: it may go on after the run. */
export interface RunJob {
  id: string
  object: string
  operation: 'insert' | 'update' | 'delete'
  /** Of the API that made it: the org wants every call about it in the same. */
  apiVersion: string
  rows: number
  /** How it ended, once what became of its rows is noted; `Gone`: the org had nothing of it left. */
  ended?: JobEnd
}

export type JobEnd = 'JobComplete' | 'Failed' | 'Aborted' | 'Gone'

/** A run as it is kept. Times are those of the machine that ran it. */
export interface KeptRun extends RunHead {
  scopes: RunScope[]
  jobs: RunJob[]
  state: RunState
  /** The run under whose lease it was a step: that of its night. */
  partOf?: string
  /** Where it wrote; absent when it died before the org had answered. */
  orgId?: string
  /** The run that did what this one had left. */
  followedBy?: string
  startedAt: Date
  endedAt?: Date
  /** API calls as they were planned; absent until the plan is known. */
  planned?: PlannedCalls
  spent?: number
  code?: string
  /** The run that takes back what this one did, or did so. */
  undoneBy?: string
  /** How many of its lines stood how when it ended; absent while it goes on, and when it died. */
  tally?: LineCount[]
}

/** What is known when a run has ended. */
export interface RunEnd {
  state: Exclude<RunState, 'running' | 'died'>
  /** Of the error that ended it. */
  code?: string
  /** API calls that it made. */
  spent: number
}

/**
 * `20261124T112233Z-0f2a1c`: the time in UTC to the second, its milliseconds as three hexadecimal digits, and as many that tell two of one
 * moment apart. So ids stand in the order in which their runs began, also within a second. `random` has three digits.
 */
export function runIdAt(now: Date, random: string): string {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/gu, '')
  return `${time}-${now.getUTCMilliseconds().toString(16).padStart(3, '0')}${random}`
}
