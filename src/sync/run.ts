import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.js'
import {
  EVERYBODY,
  runIdAt,
  type JobEnd,
  type RunEnd,
  type RunHead,
  type RunJob,
  type RunScope,
} from '../domain/run.js'
import type { PlannedCalls } from '../domain/planned-calls.js'
import type { LineDraft, LineOutcome } from '../domain/run-line.js'
import { isStop, MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { HomeOrgs } from '../mongo/home-orgs.js'
import { Leases, type HeldLease } from '../mongo/leases.js'
import type { LineId } from '../mongo/run-document.js'
import { Runs } from '../mongo/runs.js'
import type { Outcome } from '../salesforce/collections.js'
import type { Org } from '../salesforce/org.js'
import { momentOf, Term, type Moment } from './term.js'
import { takeOver, type LeftEvent } from './take-over.js'

export interface RunTools {
  org: Org
  database: Database
  clock: Clock
  /** Who runs what, without the id. */
  who: Omit<RunHead, 'id'>
  policy: RunPolicy
  /** The run of which this one is a step, and under whose lease it takes its own. */
  under?: Run
  /** Stops the command: the lease is lost, and somebody else may be at work. */
  stop: (why: MhError) => void
}

export interface RunPolicy {
  /** How long a lease lasts without being renewed. */
  leaseSeconds: number
  /** How long runs and their lines are kept. */
  keepDays: number
}

/** Begins a run on some events; throws LEASE_HELD while another one works on any of them. */
export type BeginRun = (scopes: readonly RunScope[]) => Promise<Run>

/** A run has begun: its id is told first. Then what earlier ones left. */
export type RunEvent = { kind: 'run'; id: string } | LeftEvent

/** What a run needs before its work. */
export interface RunRequest {
  /** Absent in a dry run, which is none. */
  begin: BeginRun | undefined
  /** None: it stands in nobody's way, and takes over nothing. */
  scopes: readonly RunScope[]
  /** How long Bulk jobs that earlier runs left are waited for; without it they are looked at once. */
  waitMs?: number
  /** How many calls may be made, the looking after such jobs included. */
  maxApiCalls?: number
  watch: (event: RunEvent) => void
}

/** A lease is renewed so often within its term. */
const RENEWALS = 3

/**
 * A run under way: it holds the lease on what it works on, and writes down what it is about to change and what became of
 * it. When the lease is lost, no further call is made to the org and no line is settled.
 */
export class Run {
  #lines = 0
  readonly #term: Term
  #timer: NodeJS.Timeout
  /** Asked before every call to the org. */
  readonly #guard = () => {
    this.check()
  }
  #isOver = false

  private constructor(
    readonly id: string,
    readonly tools: RunTools,
    private readonly leases: Leases,
    private readonly runs: Runs,
    asked: Moment,
    private readonly callsBefore: number,
  ) {
    const termMs = tools.policy.leaseSeconds * 1_000
    this.#term = new Term(tools.clock, termMs, asked)
    this.#timer = setInterval(() => void this.#renew(), termMs / RENEWALS)
    this.#timer.unref()
    tools.org.transport.guards.add(this.#guard)
  }

  /** Takes the lease and writes down that the run begins. Throws LEASE_HELD naming the holder. */
  static async begin(tools: RunTools, scopes: readonly RunScope[]): Promise<Run> {
    const { database, clock, who, policy, org, under } = tools
    const id = runIdAt(clock.now(), randomBytes(2).toString('hex').slice(0, 3))
    const leases = new Leases(database, policy.leaseSeconds * 1_000)
    const asked = momentOf(clock)
    const answer = await leases.take({ id, ...who }, scopes, under?.id)
    if ('inTheWay' in answer) throw heldBy(answer.inTheWay)
    const run = new Run(id, tools, leases, new Runs(database, policy.keepDays), asked, org.calls)
    try {
      await run.runs.begin({ id, ...who, ...(under ? { partOf: under.id } : {}) }, scopes, clock.now())
    } catch (error) {
      await run.#letGo().catch(() => {})
      throw error
    }
    return run
  }

  /** Throws LEASE_LOST when the lease may be somebody else's by now. */
  check(): void {
    this.tools.under?.check()
    if (!this.isHeld) throw lost(this.id)
  }

  /** False when the lease may be somebody else's by now, or that of the run around this one. */
  get isHeld(): boolean {
    if (this.tools.under?.isHeld === false) return false
    return this.#term.isHeld
  }

  /** Who is at work, by id: itself, the run around it, and those that stand in nobody's way, as workers. */
  async living(): Promise<string[]> {
    return [this.id, ...(await this.leases.list()).map(({ runId }) => runId)]
  }

  /** Writes changes down before they are sent. */
  async intend(drafts: readonly LineDraft[]): Promise<LineId[]> {
    this.check()
    const first = this.#lines
    this.#lines += drafts.length
    return this.runs.intend(this.id, first, drafts, this.tools.clock.now())
  }

  /** Writes down the calls that it plans, as far as they are known. */
  async notePlan(planned: PlannedCalls): Promise<void> {
    this.check()
    await this.runs.notePlan(this.id, planned)
  }

  /** Writes down that from now on it applies a saved plan. */
  async notePlanFile(digest: string): Promise<void> {
    this.check()
    await this.runs.notePlanFile(this.id, digest)
  }

  /** Whether an earlier run began to apply a saved plan. */
  async hasBegunPlan(digest: string): Promise<boolean> {
    return this.runs.hasBegunPlan(digest)
  }

  /** Writes down in which org it writes, which is the one that the database belongs to from now on. Throws OTHER_ORG. */
  async noteOrg(): Promise<void> {
    const { orgId } = await this.tools.org.session()
    await new HomeOrgs(this.tools.database).settle(orgId)
    await this.runs.noteOrg(this.id, orgId)
  }

  /** Does what earlier runs on the same left to be done before any other work; see `takeOver`. */
  async takeOver({ scopes, waitMs, maxApiCalls, watch }: RunRequest): Promise<void> {
    this.tools.org.beginRun(maxApiCalls)
    await this.noteOrg()
    await takeOver(this, { runs: this.runs, scopes, waitMs, watch })
  }

  /** Writes down a Bulk job before it has any rows, with the lines that it is to have: it may go on after this run. */
  async noteJob(job: RunJob, lines: readonly LineId[]): Promise<void> {
    this.check()
    await this.runs.noteJob(this.id, job, lines)
  }

  /** Notes that a job has ended, and that its lines are settled. */
  async endJob(jobId: string, end: JobEnd): Promise<void> {
    this.check()
    await this.runs.endJob(this.id, jobId, end)
  }

  /** Notes what became of changes that were written down. */
  async settle(outcomes: readonly { id: LineId; outcome: LineOutcome }[]): Promise<void> {
    this.check()
    await this.runs.settle(outcomes)
  }

  /** Writes down how it ended and gives the lease up. */
  async end(end: Omit<RunEnd, 'spent'>): Promise<void> {
    const { clock, org } = this.tools
    try {
      await this.runs.end(this.id, { ...end, spent: org.calls - this.callsBefore }, clock.now())
    } finally {
      await this.#letGo()
    }
  }

  async #letGo(): Promise<void> {
    this.#isOver = true
    clearInterval(this.#timer)
    this.tools.org.transport.guards.delete(this.#guard)
    await this.leases.release(this.id)
  }

  /** A database that does not answer is asked again as long as the term lasts. */
  async #renew(): Promise<void> {
    const asked = momentOf(this.tools.clock)
    const kept = await this.leases.renew(this.id).catch(() => undefined)
    if (this.#isOver) return
    if (kept === true) this.#term.renewed(asked)
    else if (kept === false) this.#term.lost()
    if (!this.isHeld) this.tools.stop(lost(this.id))
  }
}

/**
 * Does some work as a run, or as a dry run without one. How it ended is written down: what the work says, or the error
 * that it threw.
 */
export async function asRun<T>(
  request: RunRequest,
  work: (run: Run | undefined) => Promise<T>,
  endOf: (result: T) => Omit<RunEnd, 'spent'>,
): Promise<T> {
  if (!request.begin) return work(undefined)
  const run = await request.begin(request.scopes)
  request.watch({ kind: 'run', id: run.id })
  // What the work says is what is told; a run whose end cannot be written down is seen by its lease, which runs out.
  const ended = (end: Omit<RunEnd, 'spent'>) => run.end(end).catch(() => {})
  try {
    if (request.scopes.length > 0) await run.takeOver(request)
    else await run.noteOrg()
    const result = await work(run)
    await ended(endOf(result))
    return result
  } catch (error) {
    await ended(errorEnd(error))
    throw error
  }
}

/** What the org said to records from `first` on, as it is noted on their lines. */
export function noted(
  lines: readonly LineId[],
  first: number,
  outcomes: readonly Outcome[],
): { id: LineId; outcome: LineOutcome }[] {
  return outcomes.flatMap((outcome, at) => {
    const id = lines[first + at]
    if (id === undefined) return []
    return [
      { id, outcome: outcome.ok ? { state: 'done', recordId: outcome.id } : { state: 'refused', code: outcome.code } },
    ]
  })
}

/** How a run ended that came to its end: early, with rows that failed, or well. */
export function endOf(stopped: MhError | undefined, hasFailed: boolean): Omit<RunEnd, 'spent'> {
  if (stopped) return { state: 'stopped', code: stopped.code }
  return { state: hasFailed ? 'failed rows' : 'done' }
}

function errorEnd(error: unknown): Omit<RunEnd, 'spent'> {
  if (isStop(error)) return { state: 'stopped', code: error.code }
  return { state: 'failed', code: error instanceof MhError ? error.code : 'UNEXPECTED' }
}

function heldBy(inTheWay: readonly HeldLease[]): MhError {
  const told = inTheWay.map(({ runId, command, user, host, pid, since, scopes }) => {
    const what = scopes.includes(EVERYBODY) ? 'everybody' : scopes.length === 1 ? 'this event' : 'some of these events'
    return `\n  ${runId}: ${command} on ${what}, by ${user} on ${host} (process ${pid}), since ${since.toISOString()}`
  })
  const [until] = inTheWay.map((each) => each.until.toISOString()).sort()
  return new MhError(
    'LEASE_HELD',
    `Another run is at work on the same:${told.join('')}`,
    `Wait for it to end. If it has died, its lease runs out at ${until ?? ''} and the next run goes ahead.`,
  )
}

function lost(runId: string): MhError {
  return new MhError(
    'LEASE_LOST',
    `The lease of run ${runId} has run out: this process was stopped, or MongoDB was away, for too long.`,
    'Nothing more was sent. Run the same command again for the rest.',
  )
}
