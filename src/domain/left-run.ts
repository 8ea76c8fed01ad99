import { EVERYBODY, type KeptRun, type RunHead, type RunScope } from './run.js'

/** Flags that say how it is told or done, not what is to be true after it. */
const ABOUT_HOW = /^(?:--json|--quiet|-q|--(?:wait|via|max-api-calls)(?:=.*)?)$/u
const WITH_VALUE = /^--(?:wait|via|max-api-calls)$/u
/** What is older is history: by then the org has forgotten its Bulk jobs (bulk2.md §6). */
export const OFFERED_FOR_MS = 7 * 86_400_000

/** What becomes of earlier runs on the same events that left something. */
export interface Succession {
  /** The same command: this one does what they left. */
  follows: KeptRun[]
  /** Another command, which somebody may want to be finished as well; the latest one. */
  offered?: KeptRun
}

/** Tells runs that are done again by this very command from those that are not; `left` has the latest first. */
export function successionOf(
  left: readonly KeptRun[],
  now: Pick<RunHead, 'command' | 'arguments'> & { scopes: readonly RunScope[]; at: Date },
): Succession {
  const unfinished = left.filter(({ state, followedBy }) => state !== 'failed rows' && state !== 'done' && !followedBy)
  const follows = unfinished.filter((run) => isSame(run, now))
  const offered = unfinished.find((run) => !follows.includes(run) && isWorthOffering(run, now.at))
  return { follows, ...(offered ? { offered } : {}) }
}

function isSame(run: KeptRun, now: Pick<RunHead, 'command' | 'arguments'> & { scopes: readonly RunScope[] }): boolean {
  const covers = now.scopes.includes(EVERYBODY) || run.scopes.every((scope) => now.scopes.includes(scope))
  return run.command === now.command && meaningOf(run.arguments) === meaningOf(now.arguments) && covers
}

function meaningOf(flags: readonly string[]): string {
  const what = flags.filter((flag, at) => !ABOUT_HOW.test(flag) && !WITH_VALUE.test(flags[at - 1] ?? ''))
  return JSON.stringify(what.sort())
}

/** What failed for a reason of its own would fail again; what stopped or died has more to do. */
function isWorthOffering({ state, startedAt }: KeptRun, at: Date): boolean {
  return state !== 'failed' && at.getTime() - startedAt.getTime() < OFFERED_FOR_MS
}
