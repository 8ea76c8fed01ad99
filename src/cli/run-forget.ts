import { readFile } from 'node:fs/promises'
import type { App } from '../app/app.js'
import { checkNewFile, writeNewFile } from '../new-file.js'
import { normaliseEmail } from '../domain/email.js'
import { exitCodes, MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { audit, readReceipt, type AuditResult } from '../privacy/audit.js'
import { erase, previewErasure, receiptOf, type ErasureResult, type EraseTools } from '../privacy/erase.js'
import { isNothingLeft, type ErasurePlan } from '../privacy/erasure-plan.js'
import { erasurePlanText } from '../render/erasure.js'
import { runStage } from '../render/run-stage.js'
import { beginRunOf } from './begin-run.js'
import { showProgress } from './show-progress.js'

export interface ForgetFlags {
  'dry-run': boolean
  confirm?: string
  'recycle-bin': boolean
  receipt?: string
  force?: boolean
  'max-api-calls'?: number
  quiet: boolean
}

/** What an erasure did; of a dry run only what it would do. */
export type Forgotten = { plan: ErasurePlan; recycleBin: boolean } & (
  | { kind: 'preview' }
  | {
      kind: 'nothing left' | 'erased'
      receipt: ErasureResult['receipt']
      failed: Record<string, number>
      runId?: string
    }
)

/** Erases somebody as the flags say, after it has been confirmed; returns what happened and the exit code for it. */
export async function runForget(
  app: App,
  typed: string,
  flags: ForgetFlags,
  tell: (line: string) => void,
): Promise<{ result: Forgotten; exitCode: number }> {
  if (flags.receipt !== undefined) await checkNewFile(flags.receipt, flags.force === true)
  app.require('mongo', 'salesforce')
  checkConfirmation(typed, flags)
  const recycleBin = flags['recycle-bin']
  const request = { typed, recycleBin, maxApiCalls: flags['max-api-calls'] }
  const tools = await eraseTools(app)
  const plan = await previewErasure(tools, request)
  if (flags['dry-run']) return { result: { kind: 'preview', plan, recycleBin }, exitCode: 0 }
  if (plan.tombstone !== undefined && isNothingLeft(plan, recycleBin)) {
    const receipt = await receiptOf(tools, plan)
    await keepReceipt(flags, receipt)
    return { result: { kind: 'nothing left', plan, recycleBin, receipt, failed: {} }, exitCode: 0 }
  }
  if (flags.confirm === undefined) await ask(typed, plan, recycleBin, tell)
  const done = await showProgress(app, flags.quiet, runStage, (watch) => erase(tools, request, watch))
  await keepReceipt(flags, done.receipt)
  const { receipt, failed, runId } = done
  const exitCode = Object.keys(failed).length > 0 ? exitCodes.FAILED_ROWS : 0
  return { result: { kind: 'erased', plan, recycleBin, receipt, failed, runId }, exitCode }
}

/** Looks whether anybody came back; ends with FAILED_ROWS when somebody did, or when a receipt is not ours or its tombstone is gone. */
export async function runAudit(app: App, file: string | undefined): Promise<{ result: AuditResult; exitCode: number }> {
  app.require('mongo', 'salesforce')
  const given = file === undefined ? undefined : readReceipt(parseJson(await readGiven(file)))
  if (file !== undefined && !given)
    throw new MhError(
      'USAGE',
      'The file is no receipt of an erasure.',
      'mh-sf privacy forget --receipt FILE writes one.',
    )
  const tools = await eraseTools(app)
  tools.source.org.beginLookup()
  const result = await audit(tools, given)
  const isReceiptBad = result.receipt && (result.receipt.isOurs !== true || !result.receipt.tombstoneStands)
  return { result, exitCode: result.cameBack.length > 0 || isReceiptBad ? exitCodes.FAILED_ROWS : 0 }
}

/** What was typed is somebody's address or id: no run keeps it. */
async function eraseTools(app: App): Promise<EraseTools> {
  const { clock } = app
  const { writeBack } = app.settings.policy
  return {
    source: app.people(),
    database: await app.database(),
    writeBack,
    clock,
    begin: beginRunOf(app, { arguments: [] }),
  }
}

/** Only a terminal is asked (product.md §9); elsewhere whom it is about has to be given twice. Neither is told back. */
function checkConfirmation(typed: string, { confirm, 'dry-run': dryRun }: ForgetFlags): void {
  if (confirm !== undefined && !isSame(confirm, typed))
    throw new MhError('USAGE', '--confirm names somebody else than the one to be erased.', 'Nothing was erased.')
  if (confirm !== undefined || dryRun || (process.stdin.isTTY && process.stderr.isTTY)) return
  throw new MhError(
    'USAGE',
    'Somebody is erased only when that is confirmed.',
    'See what would go with --dry-run, then give the same address or id again: --confirm WHO.',
  )
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => {
    const address = normaliseEmail(each)
    return address.ok ? address.email : each.trim()
  })
  return a === b
}

async function ask(typed: string, plan: ErasurePlan, recycleBin: boolean, tell: (line: string) => void): Promise<void> {
  tell(erasurePlanText(plan, recycleBin))
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const message = 'This cannot be undone. Type the address or id again to erase them:'
  const questions = [{ type: 'input' as const, name: 'again', message }]
  const { again } = await prompt<{ again: string }>(questions).catch(() => ({ again: '' }))
  if (isSame(again, typed)) return
  throw new MhError(
    'USAGE',
    'That is somebody else. Nothing was erased.',
    'Type exactly what was given to the command.',
  )
}

/** It names nobody, but says that somebody was erased: it is for whoever erased them. */
async function keepReceipt({ receipt: path, force }: ForgetFlags, receipt: ErasureResult['receipt']): Promise<void> {
  if (path === undefined) return
  const text = `${JSON.stringify(receipt, null, 2)}\n`
  await writeNewFile(path, text, { replace: force === true, private: true }).catch((error: unknown) => {
    throw new MhError(
      'USAGE',
      `The receipt could not be written (${error instanceof Error ? error.message : 'unknown'}) What was erased is erased.`,
      'Give the same command with another --receipt: it writes the same receipt again.',
      { cause: error },
    )
  })
}

async function readGiven(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new MhError('USAGE', 'The receipt cannot be read.', 'Check the path.', { cause: error })
  })
}
