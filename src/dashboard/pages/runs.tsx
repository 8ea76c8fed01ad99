import type { ShownRun } from '../../domain/shown-run.js'
import type { EventSummary } from '../../domain/event.js'
import { count } from '../../render/printable.js'
import { RunBadge } from '../parts/badge.js'
import { Empty, Scroll } from '../parts/panels.js'
import { Ago, durationText } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'

/** Commands that are kept as runs, to choose from. */
export const RUN_COMMANDS = [
  'backfill',
  'campaign sync',
  'campaign push',
  'campaign create',
  'contact push',
  'lookup',
  'apply',
  'retry',
  'nightly',
  'worker',
  'runs undo',
] as const

/** Which runs are shown; `before` is the last one of the page before. */
export interface RunsQuery {
  failed: boolean
  command?: string
  event?: string
  before?: string
}

interface RunsProps {
  view: View
  query: RunsQuery
  runs: readonly ShownRun[]
  events: readonly EventSummary[]
  /** There are older ones. */
  more: boolean
}

/** The ledger: which runs there were. */
export function RunsPage({ view, query, runs, events, more }: RunsProps) {
  const goesOn = runs.some(({ state, died }) => state === 'running' && !died)
  const last = runs.at(-1)
  return (
    <Layout view={view} title="Runs" place="/runs" refresh={goesOn ? 3 : 20} goesOn={goesOn}>
      <div class="page-head">
        <div>
          <h1>Runs</h1>
          <p class="muted">Every command that wrote, the latest first. Dry runs are not kept.</p>
        </div>
      </div>
      <form method="get" action="/runs" class="filters" aria-label="Which runs">
        <div>
          <label for="command">Command</label>
          <select id="command" name="command">
            <option value="">any</option>
            {RUN_COMMANDS.map((name) => (
              <option value={name} selected={name === query.command}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label for="event">Event</label>
          <select id="event" name="event">
            <option value="">any</option>
            {events.map(({ id, name }) => (
              <option value={id} selected={id === query.event}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <label class="check">
          <input type="checkbox" name="failed" value="yes" checked={query.failed} /> only those that did not end well
        </label>
        <button class="button">Show</button>
      </form>
      <section class="panel wide" id="list" data-live="" aria-label="Runs">
        {runs.length === 0 ? (
          <Empty>No run like this.</Empty>
        ) : (
          <RunTable runs={runs} view={view} caption="Runs, the latest first" />
        )}
      </section>
      <p class="pages">
        {query.before === undefined ? null : <a href={pathOf({ ...query, before: undefined })}>To the latest</a>}
        {more && last ? <a href={pathOf({ ...query, before: last.id })}>Older runs</a> : null}
      </p>
    </Layout>
  )
}

/** Runs in lines. */
export function RunTable({ runs, view, caption }: { runs: readonly ShownRun[]; view: View; caption: string }) {
  return (
    <Scroll label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Command</th>
            <th scope="col">State</th>
            <th scope="col">Began</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              API calls
            </th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr>
              <th scope="row">
                <a href={`/runs/${run.id}`}>
                  <code>{run.id}</code>
                </a>
              </th>
              <td>
                {run.command} <span class="muted">{run.arguments.filter((each) => each !== '--json').join(' ')}</span>
              </td>
              <td>
                <RunBadge run={run} />
              </td>
              <td>
                <Ago at={run.startedAt} now={view.now} />
              </td>
              <td class="number">{run.endedAt ? durationText(run.endedAt.getTime() - run.startedAt.getTime()) : ''}</td>
              <td class="number">{run.spent === undefined ? '' : count(run.spent)}</td>
              <td>
                {run.user}@{run.host}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function pathOf({ failed, command, event, before }: RunsQuery): string {
  const query = new URLSearchParams({
    ...(command === undefined ? {} : { command }),
    ...(event === undefined ? {} : { event }),
    ...(failed ? { failed: 'yes' } : {}),
    ...(before === undefined ? {} : { before }),
  })
  return query.size === 0 ? '/runs' : `/runs?${query.toString()}`
}
