import type { App } from '../app/app.js'
import type { AskedWay } from '../domain/write-plan.js'
import { exitCodes, MhError } from '../errors.js'
import { Leases } from '../mongo/leases.js'
import { Runs } from '../mongo/runs.js'
import { undoStage } from '../render/undo.js'
import { applyUndo, planUndo, type UndoRequest, type UndoResult } from '../sync/undo.js'
import { findUndoable } from '../sync/undoable.js'
import { beginRunOf } from './begin-run.js'
import { checkOrgOf } from './check-org.js'
import { showProgress } from './show-progress.js'

export interface UndoFlags {
  last: boolean
  confirm?: string
  'dry-run': boolean
  via: AskedWay
  'max-api-calls'?: number
  quiet: boolean
}

/** Undoes a run as the flags say, after somebody has confirmed it; returns what happened and the exit code for it. */
export async function runUndo(
  app: App,
  id: string | undefined,
  flags: UndoFlags,
): Promise<{ result: UndoResult; exitCode: number }> {
  if ((id === undefined) !== flags.last) throw whichRun()
  app.require('mongo', 'salesforce')
  const database = await app.database()
  const { leaseSeconds, keepDays } = app.settings.policy.runs
  const leases = new Leases(database, leaseSeconds * 1_000)
  const undoable = await findUndoable({ database, runs: new Runs(database, keepDays), leases }, id)
  checkConfirmation(undoable.run.id, flags)
  await checkOrgOf(app, `Run ${undoable.run.id}`, undoable.run.orgId)
  const request: UndoRequest = { ...undoable, via: flags.via, maxApiCalls: flags['max-api-calls'] }
  const tools = {
    org: app.org(),
    database,
    clock: app.clock,
    signal: app.signal,
    staging: app.staging,
    begin: beginRunOf(app, { arguments: [undoable.run.id, '--confirm', undoable.run.id, '--via', flags.via] }),
  }
  const shown = <T>(work: (watch: Parameters<typeof planUndo>[2]) => Promise<T>) =>
    // A dry run's result says the same as its preview.
    showProgress(app, flags.quiet, flags['dry-run'] ? () => undefined : undoStage, work)
  const preview = await shown((watch) => planUndo(tools, request, watch))
  if (flags['dry-run'] || preview.report.open === 0) return { result: preview, exitCode: 0 }
  if (flags.confirm === undefined) await ask(undoable.run.id)
  const result = await shown((watch) => applyUndo(tools, request, preview, watch))
  return { result, exitCode: exitCodeOf(result) }
}

function exitCodeOf({ stopped, report }: UndoResult): number {
  if (stopped) return stopped.exitCode
  return report.failed.length > 0 ? exitCodes.FAILED_ROWS : 0
}

/** Only a terminal is asked (product.md §9); elsewhere the id has to be given twice, so that no script undoes the wrong run. */
function checkConfirmation(runId: string, { confirm, 'dry-run': dryRun }: UndoFlags): void {
  if (confirm !== undefined && confirm !== runId) {
    throw new MhError(
      'USAGE',
      `--confirm ${confirm} is not the id of the run: that is ${runId}.`,
      'Nothing was undone.',
    )
  }
  if (confirm !== undefined || dryRun || (process.stdin.isTTY && process.stderr.isTTY)) return
  throw new MhError(
    'USAGE',
    `Run ${runId} is undone only when that is confirmed.`,
    `See what would be undone with --dry-run, then give --confirm ${runId}.`,
  )
}

async function ask(runId: string): Promise<void> {
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const questions = [{ type: 'input' as const, name: 'typed', message: `Type ${runId} to undo this run:` }]
  const { typed } = await prompt<{ typed: string }>(questions).catch(() => ({ typed: '' }))
  if (typed.trim() === runId) return
  throw new MhError('USAGE', 'That is not the id of the run. Nothing was undone.', `Its id is ${runId}.`)
}

function whichRun(): MhError {
  return new MhError('USAGE', 'Which run is to be undone?', 'Give its id, or --last. mh-sf runs list shows the latest.')
}
