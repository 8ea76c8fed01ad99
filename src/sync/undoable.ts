import { NIGHT_COMMAND } from '../domain/night.js'
import { isPrivacyCommand, UNDO_COMMAND, type KeptRun } from '../domain/run.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import type { Leases } from '../mongo/leases.js'
import type { Runs } from '../mongo/runs.js'
import { UndoLedger } from '../mongo/undo-ledger.js'

/** A run that may be undone, and how many lines of it are still to be, by object. */
export interface Undoable {
  run: KeptRun
  lines: Map<string, number>
}

/**
 * The run of this id, or how it begins; without one the latest that nobody has undone. Throws NOT_FOUND, USAGE for an undo or a night,
 * and LEASE_HELD while the run is at work.
 */
export async function findUndoable(
  { database, runs, leases }: { database: Database; runs: Runs; leases: Leases },
  id: string | undefined,
): Promise<Undoable> {
  const run = id === undefined ? await runs.latestToUndo() : await runs.find(id)
  if (run.command === UNDO_COMMAND) throw isUndo(run)
  if (run.command === NIGHT_COMMAND) throw isNight(run)
  if (isPrivacyCommand(run.command)) throw isAskedFor(run)
  if ((await leases.list()).some(({ runId }) => runId === run.id)) throw atWork(run)
  return { run, lines: await new UndoLedger(database, run.id).open() }
}

function isUndo({ id }: KeptRun): MhError {
  return new MhError(
    'USAGE',
    `Run ${id} is itself an undo, and an undo is not undone.`,
    'Give the command of the run that it undid again: it brings back what is owed today.',
  )
}

function isNight({ id }: KeptRun): MhError {
  return new MhError(
    'USAGE',
    `Run ${id} is a night: what was written, its steps wrote, which are runs of their own.`,
    `mh-sf runs show ${id} names them; undo the latest of them first.`,
  )
}

function isAskedFor({ id, command }: KeptRun): MhError {
  return new MhError(
    'USAGE',
    `Run ${id} was ${command}: what a person asked for is not undone.`,
    'mh-sf privacy opt-in ADDRESS is for who agrees again; who was erased cannot be brought back.',
  )
}

function atWork({ id, command, user, host, pid }: KeptRun): MhError {
  return new MhError(
    'LEASE_HELD',
    `Run ${id} is still at work: ${command}, by ${user} on ${host} (process ${pid}).`,
    'Wait for it to end, or stop it, then run the same command again.',
  )
}
