import type { Collection, Document, Filter, IndexDescription } from 'mongodb'
import { NIGHT_COMMAND } from '../domain/night.js'
import type { PlannedCalls } from '../domain/planned-calls.js'
import {
  EVERYBODY,
  PRIVACY_COMMANDS,
  UNDO_COMMAND,
  type JobEnd,
  type KeptRun,
  type RunEnd,
  type RunHead,
  type RunJob,
  type RunScope,
} from '../domain/run.js'
import {
  personRecords,
  recordsOf,
  withoutLines,
  type LineCount,
  type LineDraft,
  type LineOutcome,
  type RunLine,
} from '../domain/run-line.js'
import { MhError } from '../errors.js'
import { OURS, asError, type Database } from './database.js'
import { lineId, linesOf, toCount, toLine, toRun, type LineId } from './run-document.js'

const DAY_MS = 86_400_000
const LINES_PER_BATCH = 1_000

interface Kept {
  _id: string
}

const EXPIRES: IndexDescription = { key: { expiresAt: 1 }, expireAfterSeconds: 0 }
/** Of lines: what one person's history is read by, what is found of them by their records alone, and what went wrong lately. */
const OF_LINES: IndexDescription[] = [
  EXPIRES,
  { key: { participantIds: 1 } },
  { key: { records: 1 } },
  { key: { at: 1 }, partialFilterExpression: { state: 'refused' } },
]

/** Which runs are meant. */
export interface RunFilter {
  limit: number
  /** Those that did not end well, or died. */
  failed: boolean
  /** As it was typed, without its flags. */
  command?: string
  /** Those that worked on this event, or on everybody. */
  eventId?: string
  /** Older than this one. */
  before?: string
}

/** The ledger: every run that wrote, with a line for each change. Both are forgotten after `keepDays`. */
export class Runs {
  readonly #runs: Collection<Kept>
  readonly #lines: Collection<Kept>

  constructor(
    private readonly database: Database,
    private readonly keepDays: number,
  ) {
    const safely = { writeConcern: { w: 'majority' as const }, ignoreUndefined: true }
    this.#runs = database.db.collection<Kept>(`${OURS}runs`, safely)
    this.#lines = database.db.collection<Kept>(`${OURS}run_lines`, safely)
  }

  /** Writes down that a run begins. */
  async begin(
    { id, ...known }: RunHead & Pick<KeptRun, 'partOf'>,
    scopes: readonly RunScope[],
    startedAt: Date,
  ): Promise<void> {
    await Promise.all([this.#runs.createIndexes([EXPIRES]), this.#lines.createIndexes(OF_LINES)]).catch(this.#told)
    const run = { _id: id, ...known, scopes, state: 'running', startedAt, expiresAt: this.#expiry(startedAt) }
    await this.#runs.insertOne(run as Kept).catch(this.#told)
  }

  /** Writes down how a run ended, and then how many of its lines stand how; one that has ended stays as it is. */
  async end(id: string, end: RunEnd, endedAt: Date): Promise<void> {
    const running = { _id: id, state: 'running' } as Filter<Kept>
    await this.#runs.updateOne(running, { $set: { ...end, endedAt } }).catch(this.#told)
    await this.noteTally(id)
  }

  /** Counts the lines of a run that has ended, so that nobody has to count them again. */
  async noteTally(id: string): Promise<LineCount[]> {
    const tally = await this.countLines(id)
    await this.#runs.updateOne({ _id: id }, { $set: { tally } as Document }).catch(this.#told)
    return tally
  }

  /** How many lines of a run stand how: as it was noted, or counted where it was not. */
  async tallyOf({ id, state, tally }: KeptRun): Promise<LineCount[]> {
    if (tally) return tally
    return state === 'running' ? this.countLines(id) : this.noteTally(id)
  }

  /** Writes down the calls that a run plans: what was planned before gives way. */
  async notePlan(id: string, planned: PlannedCalls): Promise<void> {
    await this.#runs.updateOne({ _id: id }, { $set: { planned } as Document }).catch(this.#told)
  }

  /** Writes down in which org a run writes. */
  async noteOrg(id: string, orgId: string): Promise<void> {
    await this.#runs.updateOne({ _id: id }, { $set: { orgId } }).catch(this.#told)
  }

  /** Writes down which saved plan a run applies, by its digest. */
  async notePlanFile(id: string, digest: string): Promise<void> {
    const update: Document = { $set: { planDigest: digest } }
    await this.#runs.updateOne({ _id: id }, update).catch(this.#told)
  }

  /** Whether an earlier run applied a saved plan at least in part. */
  async hasBegunPlan(digest: string): Promise<boolean> {
    const runs = await this.#runs
      .find({ planDigest: digest } as Filter<Kept>)
      .toArray()
      .catch(this.#told)
    for (const { _id } of runs) {
      const line = await this.#lines.findOne({ _id: linesOf(_id) } as Filter<Kept>).catch(this.#told)
      if (line) return true
    }
    return false
  }

  /** Writes down that the org was given a job, before it has any rows, and which lines it is to have: a row of neighbours. */
  async noteJob(id: string, job: RunJob, lines: readonly LineId[]): Promise<void> {
    const [first = '', last = first] = [lines[0], lines.at(-1)]
    const update: Document = { $push: { jobs: job } }
    await this.#lines.updateMany({ _id: { $gte: first, $lte: last } }, { $set: { jobId: job.id } }).catch(this.#told)
    await this.#runs.updateOne({ _id: id }, update).catch(this.#told)
  }

  /** Writes down that a job has ended and that its lines are settled. */
  async endJob(id: string, jobId: string, ended: JobEnd): Promise<void> {
    const withJob = { _id: id, 'jobs.id': jobId } as Filter<Kept>
    await this.#runs.updateOne(withJob, { $set: { 'jobs.$.ended': ended } }).catch(this.#told)
  }

  /** Runs on any of these that left something: they did not end, or early, or a job of theirs was not seen to its end; the latest first. */
  async left(scopes: readonly RunScope[], except: readonly string[]): Promise<KeptRun[]> {
    const onTheSame = scopes.includes(EVERYBODY) ? {} : { scopes: { $in: [...scopes, EVERYBODY] } }
    const unfinished = {
      state: { $in: ['running', 'stopped', 'failed', 'died'] },
      followedBy: { $exists: false },
      undoneBy: { $exists: false },
    }
    const jobGoesOn = { jobs: { $elemMatch: { ended: { $exists: false } } } }
    const filter = { _id: { $nin: [...except] }, ...onTheSame, $or: [unfinished, jobGoesOn] } as Filter<Kept>
    return (await this.#runs.find(filter).sort({ _id: -1 }).toArray().catch(this.#told)).map(toRun)
  }

  /** Writes down that runs died: they say that they go on, and have no lease. */
  async bury(ids: readonly string[]): Promise<void> {
    const running = { _id: { $in: [...ids] }, state: 'running' } as Filter<Kept>
    await this.#runs.updateMany(running, { $set: { state: 'died' } }).catch(this.#told)
  }

  /** Writes down which run does what others left. */
  async follow(ids: readonly string[], by: string): Promise<void> {
    await this.#runs.updateMany({ _id: { $in: [...ids] } }, { $set: { followedBy: by } }).catch(this.#told)
  }

  /** Lines that a job was given and that are not settled, a thousand at a time. */
  async *unsettledOf(runId: string, jobId: string): AsyncGenerator<{ id: LineId; key: string }[]> {
    for (let after = `${runId}/`; ;) {
      const filter = { _id: { $gt: after, $lt: `${runId}0` }, jobId, state: 'sent' } as Filter<Kept>
      const query = this.#lines.find(filter).sort({ _id: 1 }).limit(LINES_PER_BATCH)
      const page = (await query.toArray().catch(this.#told)).map(toLine)
      const last = page.at(-1)
      if (!last) return
      yield page.map(({ id, key }) => ({ id, key }))
      after = last.id
    }
  }

  /** Writes changes down before they are sent; `first` is the number of the first of them within the run. */
  async intend(runId: string, first: number, drafts: readonly LineDraft[], at: Date): Promise<LineId[]> {
    const expiresAt = this.#expiry(at)
    const documents = drafts.map((draft, index) => ({
      _id: lineId(runId, first + index),
      ...draft,
      participantIds: [...draft.participantIds],
      records: recordsOf(draft),
      state: 'sent',
      at,
      expiresAt,
    }))
    for (let from = 0; from < documents.length; from += LINES_PER_BATCH) {
      const some = documents.slice(from, from + LINES_PER_BATCH)
      await this.#lines.insertMany(some, { ordered: false }).catch(this.#told)
    }
    return documents.map(({ _id }) => _id)
  }

  /**
   * Notes what became of changes: what is the same for many by one update. What is known of a line stays: a run that was taken
   * for dead, and wakes, writes over nothing.
   */
  async settle(outcomes: readonly { id: LineId; outcome: LineOutcome }[]): Promise<void> {
    const groups = new Map<string, { ids: LineId[]; outcome: LineOutcome }>()
    for (const { id, outcome } of outcomes) {
      const key = JSON.stringify(outcome)
      const group = groups.get(key) ?? { ids: [], outcome }
      group.ids.push(id)
      groups.set(key, group)
    }
    const operations = [...groups.values()].map(({ ids, outcome }) => ({
      updateMany: { filter: { _id: { $in: ids }, state: 'sent' }, update: updateOf(outcome) },
    }))
    for (let from = 0; from < operations.length; from += LINES_PER_BATCH) {
      await this.#lines.bulkWrite(operations.slice(from, from + LINES_PER_BATCH), { ordered: false }).catch(this.#told)
    }
  }

  /** The latest runs, the latest first; `failed`: those that did not end well, or died: `alive` have not. */
  async list({ limit, failed, command, eventId, before }: RunFilter, alive: ReadonlySet<string>): Promise<KeptRun[]> {
    const ids = {
      ...(failed ? { $nin: [...alive] } : {}),
      ...(before === undefined ? {} : { $lt: before }),
    }
    const filter = {
      ...(failed ? { state: { $ne: 'done' } } : {}),
      ...(Object.keys(ids).length > 0 ? { _id: ids } : {}),
      ...(command === undefined ? {} : { command }),
      ...(eventId === undefined ? {} : { scopes: { $in: [eventId, EVERYBODY] } }),
    } as Filter<Kept>
    const query = this.#runs.find(filter).sort({ _id: -1 }).limit(limit)
    return (await query.toArray().catch(this.#told)).map(toRun)
  }

  /** One run by its id or the beginning of it; the latest without. Throws NOT_FOUND. */
  async find(id: string | undefined): Promise<KeptRun> {
    const filter = id === undefined ? {} : { _id: { $gte: id, $lt: `${id}\uffff` } }
    const found = await this.#runs.find(filter).sort({ _id: -1 }).limit(2).toArray().catch(this.#told)
    const [run, another] = found
    if (!run) throw notFound(id)
    if (id === undefined || !another) return toRun(run)
    throw new MhError(
      'USAGE',
      `More than one run begins with ${id}.`,
      'mh-sf runs list shows them; give more of the id.',
    )
  }

  /** The latest run that wrote something itself, is no undo, and that nobody has undone. Throws NOT_FOUND. */
  async latestToUndo(): Promise<KeptRun> {
    const filter: Document = { command: { $nin: [UNDO_COMMAND, NIGHT_COMMAND, ...PRIVACY_COMMANDS] }, undoneBy: null }
    const query = this.#runs
      .find(filter as Filter<Kept>)
      .sort({ _id: -1 })
      .limit(1)
    const [run] = await query.toArray().catch(this.#told)
    if (run) return toRun(run)
    throw new MhError('NOT_FOUND', 'There is no run that could be undone.', 'mh-sf runs list shows the latest.')
  }

  /** How many lines of a run stand how. */
  async countLines(runId: string): Promise<LineCount[]> {
    const pipeline = [
      { $match: { _id: linesOf(runId) } },
      { $group: { _id: { object: '$object', action: '$action', state: '$state', code: '$code' }, lines: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ]
    const groups = await this.#lines.aggregate(pipeline).toArray().catch(this.#told)
    return groups.map(toCount)
  }

  /**
   * Lines of a run in their order, at most so many; `failed`: those that were refused, or of which nobody knows; `after`: those that
   * come after this one.
   */
  async lines(
    runId: string,
    { limit, failed, after }: { limit: number; failed: boolean; after?: LineId },
  ): Promise<RunLine[]> {
    const ids = after?.startsWith(`${runId}/`) ? { ...linesOf(runId), $gt: after } : linesOf(runId)
    const filter: Filter<Document> = { _id: ids, ...(failed ? { state: { $ne: 'done' } } : {}) }
    const query = this.#lines
      .find(filter as Filter<Kept>)
      .sort({ _id: 1 })
      .limit(limit)
    return (await query.toArray().catch(this.#told)).map(toLine)
  }

  /** The runs that were steps of another one, in their order. */
  async partsOf(id: string): Promise<KeptRun[]> {
    const query = this.#runs.find({ partOf: id } as Filter<Kept>).sort({ startedAt: 1 })
    return (await query.toArray().catch(this.#told)).map(toRun)
  }

  /** Runs that began since then, the latest first. */
  async since(from: Date): Promise<KeptRun[]> {
    const filter = { startedAt: { $gte: from } } as Filter<Kept>
    return (await this.#runs.find(filter).sort({ _id: -1 }).toArray().catch(this.#told)).map(toRun)
  }

  /** The latest run that came to its end with nothing amiss. */
  async latestDone(): Promise<KeptRun | undefined> {
    const filter = { state: 'done' } as Filter<Kept>
    const [run] = await this.#runs.find(filter).sort({ _id: -1 }).limit(1).toArray().catch(this.#told)
    return run && toRun(run)
  }

  /** The org in which the latest run wrote that had come so far. */
  async latestOrgId(): Promise<string | undefined> {
    const filter = { orgId: { $exists: true } } as Filter<Kept>
    const [run] = await this.#runs.find(filter).sort({ _id: -1 }).limit(1).toArray().catch(this.#told)
    return run && toRun(run).orgId
  }

  /** When the first run began that is still kept. */
  async keptSince(): Promise<Date | undefined> {
    const [run] = await this.#runs.find().sort({ _id: 1 }).limit(1).toArray().catch(this.#told)
    return run && toRun(run).startedAt
  }

  /** How many changes were refused since then. */
  async countRefused(from: Date): Promise<number> {
    const filter = { state: 'refused', at: { $gte: from } } as Filter<Kept>
    return this.#lines.countDocuments(filter).catch(this.#told)
  }

  /** How many runs ended since then with an error of their own. */
  async countFailed(from: Date): Promise<number> {
    const filter = { state: 'failed', endedAt: { $gte: from } } as Filter<Kept>
    return this.#runs.countDocuments(filter).catch(this.#told)
  }

  /** Lines about one participant, the latest first, at most so many. */
  async linesAbout(participantId: string, limit: number): Promise<RunLine[]> {
    const query = this.#lines
      .find({ participantIds: participantId } as Filter<Kept>)
      .sort({ _id: -1 })
      .limit(limit)
    return (await query.toArray().catch(this.#told)).map(toLine)
  }

  /** Runs by their ids, in no order; those that were forgotten are left out. */
  async byIds(ids: readonly string[]): Promise<KeptRun[]> {
    const query = this.#runs.find({ _id: { $in: [...ids] } })
    return (await query.toArray().catch(this.#told)).map(toRun)
  }

  /** Notes that a later run did the changes of one again that had failed for this cause; without a cause those whose fate nobody noted. */
  async noteRetried(runId: string, code: string | undefined, by: string): Promise<void> {
    const failed = code === undefined ? { state: 'sent' } : { state: 'refused', code }
    const filter = { _id: linesOf(runId), ...failed } as Filter<Kept>
    const update: Document = { $set: { retriedBy: by } }
    await this.#lines.updateMany(filter, update).catch(this.#told)
  }

  /** Lines that did not go well in the end, at most so many: what was sent again, in the same run or by `retry`, counts as it went last. */
  async failures(runId: string, limit: number): Promise<RunLine[]> {
    return this.#inTheEnd(runId, await this.lines(runId, { limit, failed: true }))
  }

  /** How many changes of a run stand how in the end, as `failures` has it: at most so many lines that did not go well are looked at. */
  async outcomesOf(run: KeptRun, limit: number): Promise<LineCount[]> {
    const tally = await this.tallyOf(run)
    if (tally.every(({ state }) => state === 'done')) return tally
    const failed = await this.lines(run.id, { limit, failed: true })
    const standing = new Set((await this.#inTheEnd(run.id, failed)).map(({ id }) => id))
    return withoutLines(
      tally,
      failed.filter(({ id }) => !standing.has(id)),
    )
  }

  async #inTheEnd(runId: string, failed: readonly RunLine[]): Promise<RunLine[]> {
    const last = new Map(failed.map((each) => [`${each.object} ${each.key}`, each]))
    const keys = [...last.values()].map(({ key }) => key)
    for (let at = 0; at < keys.length; at += LINES_PER_BATCH) {
      const filter = { _id: linesOf(runId), state: 'done', key: { $in: keys.slice(at, at + LINES_PER_BATCH) } }
      const done = this.#lines.find(filter as Filter<Kept>)
      for (const raw of await done.toArray().catch(this.#told)) {
        const { object, key, id } = toLine(raw)
        const before = last.get(`${object} ${key}`)
        if (before && before.id < id) last.delete(`${object} ${key}`)
      }
    }
    return [...last.values()].filter(({ retriedBy }) => retriedBy === undefined)
  }

  #expiry(from: Date): Date {
    return new Date(from.getTime() + this.keepDays * DAY_MS)
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

/** A record that was made is one that the line speaks of. */
function updateOf(outcome: LineOutcome): Document {
  const [made] = personRecords('recordId' in outcome ? [outcome.recordId] : [])
  return { $set: outcome, ...(made === undefined ? {} : { $addToSet: { records: made } }) }
}

function notFound(id: string | undefined): MhError {
  return id === undefined
    ? new MhError('NOT_FOUND', 'No run has written anything yet.', 'Dry runs are not kept.')
    : new MhError('NOT_FOUND', `There is no run ${id}.`, 'mh-sf runs list shows the latest; older ones are forgotten.')
}
