import type { App } from '../app/app.js'
import { recordOf } from '../domain/lookup-answer.js'
import { choicesOf } from '../domain/match.js'
import { MhError } from '../errors.js'
import { Participants } from '../mongo/participants.js'
import { candidateLine } from '../render/review.js'
import { userName } from './user-name.js'
import { decide, forget, review, type Reviewed, type ReviewTools } from '../sync/review.js'

export interface ResolveFlags {
  record?: string
  nobody: boolean
  forget: boolean
}

/** What became of one review. */
export type Resolved = { kind: 'decided'; recordId?: string } | { kind: 'forgotten' }

/** People who are parked and on whom nobody has decided. */
export async function runReviewList(app: App, limit: number) {
  app.require('mongo')
  return new Participants(await app.database()).parked(limit)
}

/** One participant with the candidates. */
export async function runReviewShow(app: App, id: string): Promise<Reviewed> {
  return review(await toolsOf(app), id)
}

/** Decides as the flags say; on a terminal without one it asks. */
export async function runReviewResolve(app: App, id: string, flags: ResolveFlags): Promise<Resolved> {
  const given = [flags.record !== undefined, flags.nobody, flags.forget].filter(Boolean).length
  if (given > 1) throw new MhError('USAGE', 'Only one of --record, --nobody and --forget.', 'Choose one.')
  const tools = await toolsOf(app)
  if (flags.forget) {
    await forget(tools, id)
    return { kind: 'forgotten' }
  }
  const recordId = flags.nobody ? undefined : (flags.record ?? (await ask(tools, id)))
  const { match } = await decide(tools, id, recordId === undefined ? {} : { recordId }, userName())
  return { kind: 'decided', recordId: recordOf(match) }
}

async function toolsOf(app: App): Promise<ReviewTools> {
  app.require('mongo', 'salesforce')
  return { source: app.people(), database: await app.database(), clock: app.clock, policy: app.policy }
}

/** The record chosen from a list, or undefined for nobody. */
async function ask(tools: ReviewTools, id: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MhError(
      'USAGE',
      'Which record is it?',
      `Give --record ID or --nobody; mh-sf review show ${id} lists them.`,
    )
  }
  const { match } = await review(tools, id)
  const candidates = match.kind === 'parked' ? choicesOf(match) : []
  const choices = [
    ...candidates.map((each) => ({ name: candidateLine(each), value: each.id })),
    { name: 'Nobody of these: treat as not in Salesforce', value: '' },
  ]
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const questions = [{ type: 'select' as const, name: 'record', message: 'Which record is it?', choices }]
  const { record } = await prompt<{ record: string }>(questions).catch(() => {
    throw new MhError('INTERRUPTED', 'Nothing was decided.', 'Run the command again, or give --record ID.')
  })
  return record === '' ? undefined : record
}
