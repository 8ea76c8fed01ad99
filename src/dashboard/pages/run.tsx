import type { LineCount, LineValue, RunLine } from '../../domain/run-line.js'
import type { ShownRun } from '../../domain/shown-run.js'
import { callsText, kindsText } from '../../render/calls.js'
import { count, plural } from '../../render/printable.js'
import type { Reading } from '../../reports/kept.js'
import { ActionButton } from '../parts/action-button.js'
import { LineBadge, RunBadge } from '../parts/badge.js'
import { Empty, Facts, Panel, Scroll, Waiting } from '../parts/panels.js'
import { Progress } from '../parts/progress.js'
import { At, durationText } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'
import { RunTable } from './runs.js'

export interface ShownInFull {
  run: ShownRun
  /** Steps that are runs of their own. */
  parts: readonly ShownRun[]
  /** Absent while a large run is counted for the first time. */
  counts: Reading<readonly LineCount[]> | undefined
  lines: readonly RunLine[]
  /** There are more lines after these. */
  more: boolean
  failed: boolean
  /** The line that those shown come after. */
  after: string | undefined
  /** The command line that does the rest of it; absent when nothing is left or it cannot be given again. */
  again: string | undefined
  canUndo: boolean
}

/** One run: who and when, what it changed, and its lines page by page. */
export function RunPage({ view, shown }: { view: View; shown: ShownInFull }) {
  const { run, parts, counts, again, canUndo } = shown
  const goesOn = run.state === 'running' && !run.died
  return (
    <Layout
      view={view}
      title={`Run ${run.id}`}
      place="/runs"
      trail={[{ path: '/runs', name: 'Runs' }]}
      refresh={goesOn ? 2 : 30}
      goesOn={goesOn || counts === undefined}
    >
      <div class="page-head">
        <div>
          <h1>
            {run.command}{' '}
            <span id="state" data-live="">
              <RunBadge run={run} />
            </span>
          </h1>
          <p class="muted">
            <code>{run.id}</code>
          </p>
        </div>
        <div class="buttons">
          {again === undefined ? null : (
            <ActionButton view={view} name="resume" fields={{ run: run.id }} label="Resume…" />
          )}
          {canUndo ? <ActionButton view={view} name="undo" fields={{ run: run.id }} label="Undo…" /> : null}
        </div>
      </div>
      <div class="columns">
        <Panel id="facts" title="The run" live>
          <RunFacts run={run} again={again} />
          {goesOn && counts ? <Progress id="run-progress" counts={counts.value} /> : null}
        </Panel>
        <Panel id="counts" title="What it changed" live>
          {counts ? (
            <Counts counts={counts.value} hasParts={parts.length > 0} />
          ) : (
            <Waiting>Counting its lines…</Waiting>
          )}
        </Panel>
      </div>
      {parts.length === 0 ? null : (
        <Panel id="steps" title="Its steps" live wide>
          <RunTable runs={parts} view={view} caption="Steps, in their order" />
        </Panel>
      )}
      <Lines shown={shown} />
    </Layout>
  )
}

function RunFacts({ run, again }: { run: ShownRun; again: string | undefined }) {
  const { user, host, pid, version, partOf, startedAt, endedAt, planned, spent, followedBy, undoneBy, jobs } = run
  const took = endedAt ? durationText(endedAt.getTime() - startedAt.getTime()) : undefined
  return (
    <Facts
      facts={[
        ['Typed', <code>{['mh-sf', run.command, ...run.arguments].join(' ')}</code>],
        ['By', `${user} on ${host}, process ${pid}, mh-sf ${version}`],
        ['Began', <At at={startedAt} />],
        [
          'Ended',
          endedAt ? (
            <>
              <At at={endedAt} />, after {took}
            </>
          ) : undefined,
        ],
        ['Part of', partOf === undefined ? undefined : <RunLink id={partOf} />],
        ['Planned', planned ? `${callsText(planned)}: ${kindsText(planned)}` : undefined],
        ['Spent', spent === undefined ? undefined : plural(spent, 'API call')],
        ['Resumed by', followedBy === undefined ? undefined : <RunLink id={followedBy} />],
        ['Undone by', undoneBy === undefined ? undefined : <RunLink id={undoneBy} />],
        ['What is left', again === undefined ? undefined : <code>{again}</code>],
        ['Bulk jobs', jobs.length === 0 ? undefined : <Jobs run={run} />],
      ]}
    />
  )
}

function RunLink({ id }: { id: string }) {
  return (
    <a href={`/runs/${id}`}>
      <code>{id}</code>
    </a>
  )
}

function Jobs({ run }: { run: ShownRun }) {
  return (
    <ul class="plain">
      {run.jobs.map(({ id, rows, object, ended }) => (
        <li>
          <code>{id}</code>: {plural(rows, 'row')} of {object}, {ended ?? 'not seen to its end'}
        </li>
      ))}
    </ul>
  )
}

function Counts({ counts, hasParts }: { counts: readonly LineCount[]; hasParts: boolean }) {
  if (counts.length === 0) return <Empty>Nothing was changed{hasParts ? ' but by its steps' : ''}.</Empty>
  return (
    <Scroll label="Changes by kind">
      <table>
        <caption class="unseen">Changes by object and by what became of them</caption>
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">
              Changes
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map((each) => (
            <tr>
              <th scope="row">{each.object}</th>
              <td>
                <LineBadge line={each} />
              </td>
              <td class="number">{count(each.lines)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Lines({ shown: { run, lines, more, failed, after } }: { shown: ShownInFull }) {
  const last = lines.at(-1)
  return (
    <Panel
      id="lines"
      title="Changes"
      wide
      aside={
        failed ? (
          <a href={`/runs/${run.id}#lines`}>all of them</a>
        ) : (
          <a href={`/runs/${run.id}?failed=yes#lines`}>only failed ones</a>
        )
      }
    >
      {lines.length === 0 ? (
        <Empty>{failed ? 'No change failed.' : 'No change was written down.'}</Empty>
      ) : (
        <LineTable lines={lines} />
      )}
      <p class="pages">
        {after === undefined ? null : <a href={linesPath(run.id, failed)}>To the first</a>}
        {more && last ? <a href={linesPath(run.id, failed, last.id)}>More changes</a> : null}
      </p>
    </Panel>
  )
}

/** Changes, one a line, with what was there before. */
function LineTable({ lines }: { lines: readonly RunLine[] }) {
  return (
    <Scroll label="Changes, one a line">
      <table>
        <caption class="unseen">Changes with their values before and after</caption>
        <thead>
          <tr>
            <th scope="col">Record</th>
            <th scope="col">Outcome</th>
            <th scope="col">Values</th>
            <th scope="col">Person</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr>
              <th scope="row">
                {line.object} <code>{line.recordId ?? line.key}</code>
              </th>
              <td>
                <LineBadge line={line} />
              </td>
              <td>
                <Values line={line} />
              </td>
              <td>
                {line.participantIds.slice(0, 3).map((id) => (
                  <a href={`/participants/${id}`} class="person">
                    {id}
                  </a>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Fields of a change that are shown at once. */
const FIELDS_SHOWN = 3

/** What a change made of each field; many of them are folded away. */
export function Values({ line: { id, before = {}, after = {} } }: { line: RunLine }) {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const told = (some: readonly string[]) => (
    <ul class="values">
      {some.map((field) => (
        <li>
          <span class="muted">{field}</span> <Change before={before[field]} after={after[field]} />
        </li>
      ))}
    </ul>
  )
  if (fields.length <= FIELDS_SHOWN + 1) return told(fields)
  return (
    <>
      {told(fields.slice(0, FIELDS_SHOWN))}
      <details id={`more-${id}`}>
        <summary>{fields.length - FIELDS_SHOWN} more fields</summary>
        {told(fields.slice(FIELDS_SHOWN))}
      </details>
    </>
  )
}

/** What became of a value; where there was none before, only what there is. */
function Change({ before, after }: { before: LineValue | undefined; after: LineValue | undefined }) {
  if (isNothing(before)) return <ins>{shownValue(after)}</ins>
  return (
    <>
      <del>{shownValue(before)}</del> → <ins>{shownValue(after)}</ins>
    </>
  )
}

function isNothing(value: LineValue | undefined): boolean {
  return value === undefined || value === null || value === ''
}

function shownValue(value: LineValue | undefined): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  return value instanceof Date ? value.toISOString() : String(value)
}

function linesPath(run: string, failed: boolean, after?: string): string {
  const query = new URLSearchParams({ ...(failed ? { failed: 'yes' } : {}), ...(after === undefined ? {} : { after }) })
  return `/runs/${run}${query.size === 0 ? '' : `?${query.toString()}`}#lines`
}
