import type { PropsWithChildren } from 'hono/jsx'
import { isLeftAlone } from '../../domain/opt-out.js'
import type { Participant } from '../../domain/person.js'
import type { RunLine } from '../../domain/run-line.js'
import type { ShownRun } from '../../domain/shown-run.js'

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'busy'

/** A word that says how something stands; its colour only says it again. */
export function Badge({ tone, children }: PropsWithChildren<{ tone: Tone }>) {
  return <span class={`badge ${tone}`}>{children}</span>
}

/** How a run stands. */
export function RunBadge({ run }: { run: ShownRun }) {
  const { state, died, code, undoneBy, followedBy } = run
  if (undoneBy !== undefined) return <Badge tone="quiet">undone</Badge>
  if (died) return followedBy === undefined ? <Badge tone="bad">died</Badge> : <Badge tone="quiet">died, resumed</Badge>
  if (followedBy !== undefined) return <Badge tone="quiet">{state}, resumed</Badge>
  const tone = (
    { running: 'busy', done: 'good', 'failed rows': 'warn', stopped: 'warn', failed: 'bad', died: 'bad' } as const
  )[state]
  return (
    <Badge tone={tone}>
      {state}
      {code === undefined ? '' : `: ${code}`}
    </Badge>
  )
}

/** How a person stands with Salesforce. */
export function SyncBadge({ participant }: { participant: Pick<Participant, 'current' | 'optedOut'> }) {
  const { syncStatus: status, syncError: error } = participant.current
  if (status === 'synced') return <Badge tone="good">synced</Badge>
  if (status === 'not_found') return <Badge tone="quiet">not in Salesforce</Badge>
  if (status !== 'error' && isLeftAlone(participant.optedOut)) return <Badge tone="quiet">left alone</Badge>
  if (status !== 'error') return <Badge tone="warn">pending</Badge>
  return error?.startsWith('parked: ') === true ? <Badge tone="warn">parked</Badge> : <Badge tone="bad">error</Badge>
}

/** What became of one change. */
export function LineBadge({ line }: { line: Pick<RunLine, 'action' | 'state' | 'code' | 'undone'> }) {
  const { action, state, code, undone } = line
  const done = { insert: 'made', update: 'changed', delete: 'removed' } as const
  if (undone) return <Badge tone="quiet">{done[action]}, undone</Badge>
  if (state === 'done') return <Badge tone="good">{done[action]}</Badge>
  if (state === 'sent') return <Badge tone="warn">{action}: fate not noted</Badge>
  return (
    <Badge tone="bad">
      {action} refused{code === undefined ? '' : `: ${code}`}
    </Badge>
  )
}
