import type { App } from '../app/app.js'
import { judgedAlerts } from '../cli/judged-alerts.js'
import { reportTools } from '../cli/report-tools.js'
import { runExplain } from '../cli/run-person.js'
import { runCampaignShow } from '../cli/run-campaigns.js'
import { runReviewShow } from '../cli/run-review.js'
import type { AlertState } from '../domain/alert-state.js'
import type { EventSummary } from '../domain/event.js'
import type { FailureCause } from '../domain/failure-causes.js'
import type { Activity, PeopleFigures, RunningRun, StatusFigures } from '../domain/figures.js'
import type { Participant } from '../domain/person.js'
import { resumption } from '../domain/resume.js'
import { UNDO_COMMAND } from '../domain/run.js'
import { NIGHT_COMMAND } from '../domain/night.js'
import type { LineCount } from '../domain/run-line.js'
import { shownRuns, type ShownRun } from '../domain/shown-run.js'
import { maskedLine } from '../domain/masked-line.js'
import { MhError } from '../errors.js'
import { Participants } from '../mongo/participants.js'
import { listEvents } from '../mongo/events.js'
import { readPeopleFigures } from '../mongo/people-figures.js'
import { readActivity } from '../reports/activity.js'
import { failureCauses } from '../reports/failures.js'
import { readHistory, type History } from '../reports/history.js'
import { ledgerOf } from '../reports/ledger.js'
import { FAILURE_DAYS, readStatus } from '../reports/status.js'
import type { CampaignShown } from '../sync/campaigns.js'
import type { Explanation } from '../sync/explain.js'
import type { Reviewed } from '../sync/review.js'
import { Kept, KeptByKey } from '../reports/kept.js'
import type { ParkedPerson } from './pages/parked.js'
import type { RunsQuery } from './pages/runs.js'
import type { ShownInFull } from './pages/run.js'

const [SECOND, DAY] = [1_000, 86_400_000]
/** Days of the charts. */
const TREND_DAYS = 14
const [RUNS_PER_PAGE, LINES_PER_PAGE, PARKED_PER_PAGE, FOUND_AT_MOST] = [50, 50, 100, 50]
/** Changes about one person that are shown. */
const HISTORY_LINES = 100

/**
 * What the pages show, read as the commands read it. What takes long with many people or lines is kept for some seconds and read anew
 * behind what is shown; what asks the org has an `App` of its own, so that its calls are counted and noted as those of a command.
 */
export class Reads {
  readonly people: Kept<PeopleFigures>
  readonly status: Kept<StatusFigures>
  readonly activity: Kept<Activity>
  readonly causes: Kept<FailureCause[]>
  readonly #counts: KeptByKey<LineCount[]>
  readonly campaign: KeptByKey<CampaignShown>
  readonly review: KeptByKey<Reviewed>
  readonly explanation: KeptByKey<Explanation>
  readonly history: KeptByKey<History>

  constructor(
    private readonly app: App,
    /** Another one, for who asks the org. */
    private readonly open: () => App,
  ) {
    const { clock } = app
    this.people = new Kept(async () => readPeopleFigures(await app.database()), 30 * SECOND, clock)
    this.status = new Kept(() => this.#readStatus(), 5 * SECOND, clock)
    this.activity = new Kept(() => this.#readActivity(), 60 * SECOND, clock)
    this.causes = new Kept(() => this.#readCauses(), 20 * SECOND, clock)
    this.#counts = new KeptByKey((run) => this.#countLines(run), SECOND, clock)
    this.campaign = new KeptByKey((event) => this.#asking((own) => runCampaignShow(own, event)), 60 * SECOND, clock)
    this.review = new KeptByKey((id) => this.#asking((own) => runReviewShow(own, id)), 60 * SECOND, clock)
    this.explanation = new KeptByKey((id) => this.#asking((own) => runExplain(own, id)), 60 * SECOND, clock)
    this.history = new KeptByKey((id) => this.#readHistory(id), 5 * SECOND, clock)
  }

  /** Something was written: what was read before is old. */
  expire(): void {
    const asked = [this.campaign, this.review, this.explanation]
    const read = [this.people, this.status, this.activity, this.causes, this.#counts, this.history]
    for (const kept of [...asked, ...read]) kept.expire()
  }

  /** Alerts that fire, as they were judged last. */
  async alerts(): Promise<AlertState[]> {
    const judged = await judgedAlerts(this.app)
    return judged.filter(({ state }) => state === 'firing')
  }

  /** Runs that go on, as they are now. */
  async running(patienceMs: number): Promise<RunningRun[]> {
    const { runs, alive } = await this.#ledger()
    const living = await alive()
    if (living.size === 0) return []
    const found = shownRuns(await runs.byIds([...living]), living).filter(({ state }) => state === 'running')
    return Promise.all(
      found.map(async (run) => ({ run, counts: (await this.#counts.get(run.id, patienceMs))?.value ?? [] })),
    )
  }

  /** Lines of a run by how they stand. */
  async counts(run: string, patienceMs: number): Promise<readonly LineCount[] | undefined> {
    return (await this.#counts.get(run, patienceMs))?.value
  }

  /** A page of runs, and whether there are older ones. */
  async runs({ failed, command, event: eventId, before }: RunsQuery): Promise<{ runs: ShownRun[]; more: boolean }> {
    const { runs, alive } = await this.#ledger()
    const living = await alive()
    const found = await runs.list({ limit: RUNS_PER_PAGE + 1, failed, command, eventId, before }, living)
    return { runs: shownRuns(found.slice(0, RUNS_PER_PAGE), living), more: found.length > RUNS_PER_PAGE }
  }

  /** One run with a page of its lines; values that name people are masked. Throws NOT_FOUND. */
  async run(
    id: string,
    { failed, after }: { failed: boolean; after: string | undefined },
    patienceMs: number,
  ): Promise<ShownInFull> {
    const { runs, alive } = await this.#ledger()
    const found = await runs.find(id)
    const [counts, lines, steps, living] = await Promise.all([
      this.#counts.get(found.id, patienceMs),
      runs.lines(found.id, { limit: LINES_PER_PAGE + 1, failed, after }),
      runs.partsOf(found.id),
      alive(),
    ])
    const [run = { ...found, died: false }, ...parts] = shownRuns([found, ...steps], living)
    const canUndo = ![UNDO_COMMAND, NIGHT_COMMAND].includes(run.command) && run.undoneBy === undefined && !goesOn(run)
    return {
      run,
      parts,
      counts,
      lines: lines.slice(0, LINES_PER_PAGE).map(maskedLine),
      more: lines.length > LINES_PER_PAGE,
      failed,
      after,
      again: run.followedBy === undefined ? againText(run) : undefined,
      canUndo,
    }
  }

  /** Who is parked, the first of them, and how many they are. */
  async parked(): Promise<{ total: number; people: ParkedPerson[] }> {
    const participants = new Participants(await this.app.database())
    const { total, people } = await participants.parked(PARKED_PER_PAGE)
    const known = new Map((await participants.byIds(people.map(({ id }) => id))).map((each) => [each.id, each]))
    return { total, people: people.map((each) => ({ ...each, name: known.get(each.id)?.name ?? '' })) }
  }

  /** People by address, name or id, and whether there are more than are told. */
  async search(query: string): Promise<{ people: Participant[]; more: boolean }> {
    const found = await new Participants(await this.app.database()).search(query, FOUND_AT_MOST + 1)
    return { people: found.slice(0, FOUND_AT_MOST), more: found.length > FOUND_AT_MOST }
  }

  /** One participant. Throws NOT_FOUND. */
  async participant(id: string): Promise<Participant> {
    const [found] = await new Participants(await this.app.database()).byIds([id])
    if (found) return found
    throw new MhError('NOT_FOUND', `There is no participant ${id}.`, 'Perhaps they were deleted.')
  }

  async events(): Promise<EventSummary[]> {
    return listEvents(await this.app.database())
  }

  /** Where records of the org are looked at, as far as somebody has logged in. */
  async instanceUrl(): Promise<string | undefined> {
    const { org } = await reportTools(this.app)
    return org && (await this.app.org().keeper.cached())?.instanceUrl
  }

  async #readStatus(): Promise<StatusFigures> {
    const [tools, people] = await Promise.all([reportTools(this.app), this.people.get()])
    return readStatus(tools, people?.value)
  }

  async #readActivity(): Promise<Activity> {
    const tools = await reportTools(this.app)
    const from = new Date(tools.now.getTime() - (TREND_DAYS - 1) * DAY)
    return readActivity(tools, { from, to: tools.now, orgId: tools.org?.orgId })
  }

  async #readCauses(): Promise<FailureCause[]> {
    const tools = await reportTools(this.app)
    return failureCauses(tools, new Date(tools.now.getTime() - FAILURE_DAYS * DAY))
  }

  async #readHistory(id: string): Promise<History> {
    return readHistory(await reportTools(this.app), id, HISTORY_LINES)
  }

  async #countLines(run: string): Promise<LineCount[]> {
    const { runs } = await this.#ledger()
    return runs.countLines(run)
  }

  async #ledger() {
    return ledgerOf(await reportTools(this.app))
  }

  async #asking<T>(ask: (app: App) => Promise<T>): Promise<T> {
    await using own = this.open()
    return await ask(own)
  }
}

function goesOn({ state, died }: ShownRun): boolean {
  return state === 'running' && !died
}

/** The command line that does the rest of a run; undefined where there is none. */
function againText(run: ShownRun): string | undefined {
  try {
    const again = resumption(run)
    return again && ['mh-sf', again.command, ...again.arguments].join(' ')
  } catch (error) {
    if (error instanceof MhError) return undefined
    throw error
  }
}
