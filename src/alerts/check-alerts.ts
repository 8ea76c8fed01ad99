import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import { afterFinding, afterTelling, isPressing, nowTelling, owedTo, type AlertState } from '../domain/alert-state.js'
import { judgeAlerts, type AlertPolicy, type AlertRule, type Finding } from '../domain/alerts.js'
import type { AlertFacts } from '../domain/figures.js'
import { exitCodes } from '../errors.js'
import type { AlertStates } from '../mongo/alert-states.js'
import type { Channel } from '../notify/channel.js'
import { deliver, type Delivery } from '../notify/deliver.js'
import { alertMessage, type Told } from './alert-message.js'

export interface AlertTools {
  states: AlertStates
  /** Whom to tell; none, and it stays owed. */
  channels: readonly Channel[]
  policy: AlertPolicy
  /** Whose alerts they are. */
  system: string
  clock: Clock
  signal: AbortSignal
}

/** One rule after a check. */
export interface CheckedAlert {
  finding: Finding
  /** What is kept of it; absent of a rule that could not be judged yet. */
  alert?: AlertState
  /** What this check has found to be new. */
  news?: 'fired' | 'resolved'
}

/** What one channel was told, and whether it arrived. */
export interface ToldChannel extends Delivery {
  tellings: Pick<Told, 'what' | 'alert'>[]
}

export interface AlertCheck {
  at: Date
  dryRun: boolean
  alerts: CheckedAlert[]
  told: ToldChannel[]
  /** What the process ends with. */
  exitCode: number
}

/** A rule as it was judged last, as far as it ever was. */
export interface ListedAlert {
  rule: AlertRule
  on: boolean
  alert?: AlertState
}

type Owed = Told & { channel: Channel }

/**
 * Judges the facts, keeps how each rule stands and tells what is owed to each channel, in one message. What does not arrive is told by
 * the next check. A dry run keeps nothing and tells nobody. Throws what the database throws, and the signal's reason.
 */
export async function checkAlerts(tools: AlertTools, facts: AlertFacts, dryRun: boolean): Promise<AlertCheck> {
  const { at } = facts
  const findings = judgeAlerts(facts, tools.policy)
  if (dryRun) return concluded(at, dryRun, await foreseen(tools, findings, at), [])
  const by = randomUUID()
  const checked = await Promise.all(findings.map((finding) => checkOne(tools, finding, at, by)))
  const told = await tellAll(
    tools,
    checked.flatMap(({ owed }) => owed),
    by,
    at,
  )
  const alerts = checked.map(({ owed: _owed, ...alert }) => alert)
  return concluded(at, dryRun, alerts, told)
}

/** Keeps how a rule stands, and that what is owed is on its way: from here on nobody else tells it. */
async function checkOne(
  { states, channels, policy }: AlertTools,
  finding: Finding,
  at: Date,
  by: string,
): Promise<CheckedAlert & { owed: Owed[] }> {
  let owed: Owed[] = []
  let news: CheckedAlert['news']
  const alert = await states.change(finding.rule, (kept) => {
    const after = afterFinding(kept, finding, at)
    news = newsOf(kept, after)
    owed = []
    if (!after) return undefined
    owed = channels.flatMap((channel) => {
      const what = owedTo(channel.name, after, at, policy)
      return what ? [{ channel, what, alert: after, next: finding.next }] : []
    })
    return owed.reduce((alert, { channel, what }) => nowTelling(channel.name, what, by, alert, at), after)
  })
  return { finding, ...(alert ? { alert } : {}), ...(news ? { news } : {}), owed }
}

async function tellAll(tools: AlertTools, owed: readonly Owed[], by: string, at: Date): Promise<ToldChannel[]> {
  const told = await Promise.all(
    tools.channels.map(async (channel) => {
      const tellings = owed.filter((each) => each.channel === channel)
      if (tellings.length === 0) return []
      const deliveries = await deliver([channel], alertMessage(tellings, tools.system), tools)
      const arrivedAt = deliveries.every(({ error }) => !error) ? at : undefined
      await noted(tools, tellings, by, arrivedAt)
      return deliveries.map((delivery) => ({
        ...delivery,
        tellings: tellings.map(({ what, alert }) => ({ what, alert })),
      }))
    }),
  )
  return told.flat()
}

async function noted({ states }: AlertTools, tellings: readonly Owed[], by: string, arrivedAt: Date | undefined) {
  for (const { channel, alert } of tellings)
    await states.change(alert.rule, (kept) => kept && afterTelling(channel.name, by, kept, arrivedAt))
}

async function foreseen({ states }: AlertTools, findings: readonly Finding[], at: Date): Promise<CheckedAlert[]> {
  const all = await states.list()
  return findings.map((finding) => {
    const kept = all.find(({ rule }) => rule === finding.rule)
    const alert = afterFinding(kept, finding, at)
    const news = newsOf(kept, alert)
    return { finding, ...(alert ? { alert } : {}), ...(news ? { news } : {}) }
  })
}

function newsOf(kept: AlertState | undefined, after: AlertState | undefined): CheckedAlert['news'] {
  if (after?.state === 'firing' && kept?.state !== 'firing') return 'fired'
  return after?.state === 'fine' && kept?.state === 'firing' ? 'resolved' : undefined
}

function concluded(at: Date, dryRun: boolean, alerts: CheckedAlert[], told: ToldChannel[]): AlertCheck {
  return { at, dryRun, alerts, told, exitCode: exitCodeOf(alerts, told) }
}

/** 3 where something fires that nobody looks after, 1 where somebody could not be told. */
function exitCodeOf(alerts: readonly CheckedAlert[], told: readonly ToldChannel[]): number {
  if (alerts.some(({ alert }) => alert && isPressing(alert))) return exitCodes.FAILED_ROWS
  return told.find(({ error }) => error)?.error?.exitCode ?? 0
}
