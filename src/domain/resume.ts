import { MhError } from '../errors.js'
import { OFFERED_FOR_MS } from './left-run.js'
import { NIGHT_COMMAND } from './night.js'
import { UNDO_COMMAND, type KeptRun } from './run.js'
import type { ShownRun } from './shown-run.js'

/** What is typed to do the rest of a run. */
export interface CommandLine {
  command: string
  arguments: string[]
}

/** Commands that find what is still owed by themselves, when they are given again. */
const RESUMABLE = new Set([
  'backfill',
  'campaign create',
  'campaign sync',
  'campaign push',
  'contact push',
  'apply',
  NIGHT_COMMAND,
  UNDO_COMMAND,
])

/** The latest run that has something left to do and that no other one has done since; `runs` has the latest first. */
export function lastUnfinished(runs: readonly ShownRun[], at: Date): ShownRun | undefined {
  const isTakenUp = ({ followedBy, undoneBy }: ShownRun) => followedBy !== undefined || undoneBy !== undefined
  return runs.find((run) => hasMoreToDo(run, at) && !isTakenUp(run) && RESUMABLE.has(run.command) && !goesOn(run))
}

/**
 * The command that does the rest of a run: the same one with its own flags, which compares both sides again and sends what is
 * owed. Undefined when the run has nothing left to do. Throws LEASE_HELD while it goes on, and USAGE for a command
 * that is not one to be given again.
 */
export function resumption(run: ShownRun): CommandLine | undefined {
  if (goesOn(run)) throw atWork(run)
  if (run.state === 'done') return undefined
  if (run.undoneBy !== undefined) throw undone(run)
  if (!RESUMABLE.has(run.command)) throw notAgain(run)
  return { command: run.command, arguments: [...run.arguments] }
}

/**
 * What was typed, for the org of this name, or for that of the settings: whoever gives the command again means the org that it was given
 * for, whatever is the default by then, and on another machine it may have another name.
 */
export function inOrg(typed: readonly string[], name: string | undefined): string[] {
  const rest = typed.filter((each, at) => !TARGET.test(each) && typed[at - 1] !== '--target-org')
  return name === undefined ? rest : [...rest, '--target-org', name]
}

const TARGET = /^--target-org(?:=|$)/u

/** What only had rows that failed is for `retry`; a plan that did not hold is to be made anew; and old ones are history. */
function hasMoreToDo({ state, code, startedAt }: ShownRun, at: Date): boolean {
  const isRecent = at.getTime() - startedAt.getTime() < OFFERED_FOR_MS
  return isRecent && state !== 'done' && (state !== 'failed rows' || code !== undefined) && code !== 'PLAN_STALE'
}

function goesOn({ state, died }: ShownRun): boolean {
  return state === 'running' && !died
}

function atWork({ id, user, host, pid, startedAt }: KeptRun): MhError {
  return new MhError(
    'LEASE_HELD',
    `Run ${id} is still at work: by ${user} on ${host} (process ${pid}), since ${startedAt.toISOString()}.`,
    'Wait for it to end. If it has died, its lease runs out within a minute or so, and it can be resumed then.',
  )
}

function undone({ id, undoneBy = '' }: KeptRun): MhError {
  return new MhError(
    'USAGE',
    `Run ${id} was undone by run ${undoneBy}.`,
    'Give the command itself if it is wanted again.',
  )
}

function notAgain({ id, command }: KeptRun): MhError {
  return new MhError(
    'USAGE',
    `Run ${id} was ${command}, which is not resumed.`,
    `mh-sf runs show ${id} tells what it did; give the command again if it is still wanted.`,
  )
}
