import type { Child } from 'hono/jsx'
import {
  coverage,
  type Activity,
  type ConnectionFigures,
  type EventFigures,
  type PeopleCounts,
  type RunningRun,
  type StatusFigures,
} from '../../domain/figures.js'
import type { AlertState } from '../../domain/alert-state.js'
import type { FailureCause } from '../../domain/failure-causes.js'
import { GOOD_VERDICTS } from '../../domain/night.js'
import { count, plural } from '../../render/printable.js'
import { actionForCause } from '../commands.js'
import type { Errand } from '../errands.js'
import type { Reading } from '../../reports/kept.js'
import { ActionButton } from '../parts/action-button.js'
import { Badge, type Tone } from '../parts/badge.js'
import { Bars } from '../parts/bars.js'
import { percent, QuotaGauge } from '../parts/gauge.js'
import { AsOf, Empty, Facts, Panel, Scroll, Trouble, Waiting } from '../parts/panels.js'
import { Progress } from '../parts/progress.js'
import { Ago, agoText } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'

export interface SyncStatus {
  status: Reading<StatusFigures> | undefined
  /** Of the last two weeks. */
  activity: Reading<Activity> | undefined
  causes: Reading<readonly FailureCause[]> | undefined
  running: readonly RunningRun[]
  /** Those that fire. */
  alerts: readonly AlertState[]
  errands: readonly Errand[]
}

/** The first page: whether all is well, and what to do where it is not. */
export function SyncStatusPage({ view, shown }: { view: View; shown: SyncStatus }) {
  const { status, activity, causes, running, alerts, errands } = shown
  const goesOn = running.length + errands.length > 0
  const isBehind = [status, activity, causes].some((reading) => reading === undefined || reading.isOld === true)
  return (
    <Layout
      view={view}
      title="Sync status"
      place="/"
      refresh={isBehind ? 1 : goesOn ? 3 : 15}
      goesOn={goesOn || isBehind}
    >
      <div class="page-head">
        <div>
          <h1>Sync status</h1>
          <p class="verdict" id="verdict" data-live="">
            {status ? <Verdict status={status} causes={causes?.value} view={view} /> : 'Counting…'}
          </p>
        </div>
        <ActionButton view={view} name="sync-all" label="Re-sync all…" strong />
      </div>
      <div id="alerts" data-live="">
        {alerts.length === 0 ? null : <Alerts alerts={alerts} view={view} />}
      </div>
      <div id="running" data-live="">
        {running.length === 0 ? null : <Running running={running} view={view} />}
      </div>
      {status ? (
        <People counts={status.value.people} />
      ) : (
        <div id="people" data-live="">
          <Waiting>Counting everybody…</Waiting>
        </div>
      )}
      <div class="columns charts" id="trends" data-live="">
        {activity ? <Trends activity={activity.value} /> : <Waiting>Adding up the last two weeks…</Waiting>}
      </div>
      <div class="columns main-and-side">
        <div class="stack">
          <Causes causes={causes} view={view} />
          {status ? <Events events={status.value.events} view={view} /> : null}
        </div>
        <div class="side" id="side" data-live="">
          {status ? <Side status={status.value} view={view} /> : null}
        </div>
      </div>
    </Layout>
  )
}

function Verdict({
  status,
  causes = [],
  view,
}: {
  status: Reading<StatusFigures>
  causes: readonly FailureCause[] | undefined
  view: View
}) {
  const { people, connection } = status.value
  const [tone, text] = verdictOf(causes.length, people, connection)
  return (
    <>
      <Badge tone={tone}>{text}</Badge> <AsOf reading={status} now={view.now} />
    </>
  )
}

function verdictOf(causes: number, people: PeopleCounts, connection: ConnectionFigures): [Tone, string] {
  if (connection.state === 'failing') return ['bad', 'Salesforce does not answer']
  if (causes > 0) return ['bad', `${plural(causes, 'cause')} of failures stand`]
  if (people.parked > 0) return ['warn', `${plural(people.parked, 'person', 'people')} parked for you`]
  return ['good', 'All is well']
}

function Alerts({ alerts, view }: { alerts: readonly AlertState[]; view: View }) {
  return (
    <section class="panel" aria-labelledby="alerts-title">
      <header>
        <h2 id="alerts-title">Alerts that fire</h2>
      </header>
      <ul class="plain">
        {alerts.map(({ rule, severity, says, since, acknowledged }) => (
          <li>
            <Badge tone={severity === 'critical' ? 'bad' : 'warn'}>{rule}</Badge> {says}{' '}
            <span class="muted">
              since <Ago at={since} now={view.now} />
              {acknowledged ? `, ${acknowledged.by} looks after it` : ''}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Running({ running, view }: { running: readonly RunningRun[]; view: View }) {
  return (
    <section class="panel running" aria-labelledby="running-title">
      <header>
        <h2 id="running-title">Going on now</h2>
      </header>
      <ul class="plain">
        {running.map(({ run, counts }) => (
          <li>
            <a href={`/runs/${run.id}`}>
              {run.command} <code>{run.id}</code>
            </a>
            <span class="muted">
              {' '}
              by {run.user}, began <Ago at={run.startedAt} now={view.now} />
            </span>
            <Progress id={`progress-${run.id}`} counts={counts} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const STANDINGS: readonly { key: keyof PeopleCounts; name: string; tone: string; path?: string }[] = [
  { key: 'synced', name: 'Synced', tone: 'good' },
  { key: 'notFound', name: 'Not in Salesforce', tone: 'quiet' },
  { key: 'pending', name: 'Pending', tone: 'busy' },
  { key: 'leftAlone', name: 'Left alone', tone: 'quiet' },
  { key: 'parked', name: 'Parked', tone: 'warn', path: '/parked' },
  { key: 'errors', name: 'Errors', tone: 'bad', path: '/#causes' },
]

function People({ counts }: { counts: PeopleCounts }) {
  const share = coverage(counts)
  // There are few of them, and mostly none.
  const standings = STANDINGS.filter(({ key }) => key !== 'leftAlone' || counts.leftAlone > 0)
  let from = 0
  return (
    <section class="panel people" id="people" data-live="" aria-labelledby="people-title">
      <h2 id="people-title" class="unseen">
        People
      </h2>
      <ul class="tiles">
        <li>
          <b>{count(counts.total)}</b>
          <span>People</span>
          <small>{share === undefined ? '' : `${percent(share)} known in Salesforce`}</small>
        </li>
        {standings.map(({ key, name, tone, path }) => (
          <li class={`tile ${tone}`}>
            <b>
              {path === undefined || counts[key] === 0 ? count(counts[key]) : <a href={path}>{count(counts[key])}</a>}
            </b>
            <span>{name}</span>
            <small>{counts.total === 0 ? '' : percent(counts[key] / counts.total)}</small>
          </li>
        ))}
      </ul>
      <svg class="split" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {standings.map(({ key, tone }) => {
          const width = counts.total === 0 ? 0 : (counts[key] / counts.total) * 1_000
          const x = from
          from += width
          return width === 0 ? null : <rect x={x} y="0" width={Math.max(0, width - 2)} height="8" class={tone} />
        })}
      </svg>
    </section>
  )
}

function Trends({ activity }: { activity: Activity }) {
  const changes = activity.days.map(({ day, changes: { done, refused, unknown } }) => ({
    day,
    parts: [done, refused, unknown],
  }))
  const calls = activity.days.map(({ day, calls }) => ({ day, parts: [calls] }))
  return (
    <>
      <section class="panel" aria-label="Changes of two weeks">
        <Bars
          id="changes"
          title="Changes a day"
          series={[
            { name: 'made', tone: 'good' },
            { name: 'refused', tone: 'bad' },
            { name: 'fate not known', tone: 'warn' },
          ]}
          bars={changes}
        />
      </section>
      <section class="panel" aria-label="API calls of two weeks">
        <Bars id="calls" title="Our API calls a day" series={[{ name: 'calls', tone: 'calls' }]} bars={calls} />
      </section>
    </>
  )
}

function Causes({ causes, view }: { causes: SyncStatus['causes']; view: View }) {
  const aside = causes ? <AsOf reading={causes} now={view.now} /> : undefined
  return (
    <Panel id="causes" title="What went wrong and still stands" live aside={aside}>
      {causes === undefined ? <Waiting>Reading what failed…</Waiting> : null}
      {causes?.value.length === 0 ? <Empty>Nothing of the last week stands.</Empty> : null}
      {causes === undefined || causes.value.length === 0 ? null : (
        <ul class="causes">
          {causes.value.map((cause) => (
            <Cause cause={cause} view={view} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Cause({ cause, view }: { cause: FailureCause; view: View }) {
  const { code, object, changes, people, what, first, command, firstSeen, lastSeen, runId } = cause
  const action = actionForCause(command, code)
  return (
    <li>
      <div>
        <h3>
          <code>{code}</code>
        </h3>
        <p>{what}</p>
        <p class="muted">
          {changes > 0 ? `${plural(changes, 'change')} of ${object}` : object}
          {people.length > 0 ? `, ${plural(people.length, 'person', 'people')}` : ''}
          {' · first '}
          <Ago at={firstSeen} now={view.now} />
          {', last '}
          <Ago at={lastSeen} now={view.now} />
          {runId === undefined ? null : (
            <>
              {' · '}
              <a href={`/runs/${runId}?failed=yes`}>the run</a>
            </>
          )}
        </p>
        {first === undefined ? null : <p class="first">First: {first}</p>}
        {people.length > 0 ? <PeopleOf id={`${code}-${object}`} people={people} /> : null}
      </div>
      {action ? (
        <ActionButton
          view={view}
          name={action.name}
          fields={action.fields}
          label={action.name === 'resume' ? 'Resume…' : 'Retry…'}
          of={code}
        />
      ) : command === 'mh-sf review list' ? (
        <a class="button" href="/parked">
          Review
        </a>
      ) : (
        <code class="command">{command}</code>
      )}
    </li>
  )
}

/** People that are named on the first page. */
const NAMED = 12

function PeopleOf({ id, people }: { id: string; people: readonly string[] }) {
  return (
    <details id={`who-${id.replaceAll(/\W/gu, '-')}`}>
      <summary>{plural(people.length, 'person', 'people')}</summary>
      <ul class="ids">
        {people.slice(0, NAMED).map((person) => (
          <li>
            <a href={`/participants/${person}`}>{person}</a>
          </li>
        ))}
        {people.length > NAMED ? <li>and {count(people.length - NAMED)} more</li> : null}
      </ul>
    </details>
  )
}

function Side({ status, view }: { status: StatusFigures; view: View }) {
  const { quota, connection, lastSuccess, nights, queue } = status
  return (
    <>
      <Panel id="quota" title="API calls of 24 hours">
        {quota ? (
          <>
            <QuotaGauge quota={quota} />
            <Facts
              facts={[
                ['Ours', count(quota.ours)],
                ['Our ceiling', count(quota.ceiling)],
                ['Kept for lookups', count(quota.reserve)],
                ['As of', <Ago at={quota.asOf} now={view.now} />],
              ]}
            />
          </>
        ) : (
          <Empty>The org has not been asked yet.</Empty>
        )}
      </Panel>
      <Panel id="health" title="Health">
        <Facts
          facts={[
            ['Salesforce', <Connection connection={connection} view={view} />],
            ['Last success', lastSuccess ? <LastSuccess last={lastSuccess} view={view} /> : 'none yet'],
            ['Last night', nights.last ? <LastNight last={nights.last} view={view} /> : 'none yet'],
            ['Next night', nights.next ? <NextNight next={nights.next} view={view} /> : undefined],
            ['Queue', queueText(queue, view.now)],
          ]}
        />
      </Panel>
    </>
  )
}

function Connection({ connection, view }: { connection: ConnectionFigures; view: View }) {
  const { state, lastAnswerAt, lastFailureAt, code } = connection
  if (state === 'not known') return <Badge tone="quiet">not asked yet</Badge>
  const at = state === 'answering' ? lastAnswerAt : lastFailureAt
  return (
    <>
      <Badge tone={state === 'answering' ? 'good' : 'bad'}>
        {state}
        {state === 'failing' && code !== undefined ? `: ${code}` : ''}
      </Badge>{' '}
      {at ? <Ago at={at} now={view.now} /> : null}
    </>
  )
}

function LastSuccess({ last, view }: { last: NonNullable<StatusFigures['lastSuccess']>; view: View }): Child {
  return (
    <>
      <a href={`/runs/${last.runId}`}>{last.command}</a> <Ago at={last.at} now={view.now} />
    </>
  )
}

function LastNight({ last, view }: { last: NonNullable<StatusFigures['nights']['last']>; view: View }): Child {
  const tone = GOOD_VERDICTS.includes(last.verdict) ? 'good' : 'bad'
  return (
    <>
      <a href={`/runs/${last.runId}`}>
        <Badge tone={tone}>{last.verdict}</Badge>
      </a>{' '}
      <Ago at={last.startedAt} now={view.now} />
    </>
  )
}

function NextNight({ next, view }: { next: Date; view: View }): Child {
  if (next >= view.now) return <Ago at={next} now={view.now} />
  return (
    <Badge tone="bad">
      was due <Ago at={next} now={view.now} />
    </Badge>
  )
}

function queueText({ due, pausing, claimed, dead, oldest }: StatusFigures['queue'], now: Date): string {
  const waiting = due + pausing + claimed
  const told = waiting === 0 ? 'nobody waits' : `${plural(waiting, 'person', 'people')} wait${waiting === 1 ? 's' : ''}`
  const since = oldest && waiting > 0 ? `, the first came ${agoText(oldest, now)}` : ''
  return `${told}${since}${dead > 0 ? `; given up on ${count(dead)}` : ''}`
}

function Events({ events, view }: { events: readonly EventFigures[]; view: View }) {
  return (
    <Panel id="events" title="Events" live wide aside={<a href="/events">all of it</a>}>
      <EventTable events={events} view={view} brief />
    </Panel>
  )
}

/** Every event in a line; `brief`: without its Campaign. */
export function EventTable({
  events,
  view,
  brief = false,
}: {
  events: readonly EventFigures[]
  view: View
  brief?: boolean
}) {
  if (events.length === 0) return <Empty>There are no events.</Empty>
  return (
    <Scroll label="Events in figures">
      <table>
        <caption class="unseen">Events, the latest first, with their people by how they stand</caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Status</th>
            {['People', 'Synced', 'Not found', 'Pending', 'Parked', 'Errors', 'Members'].map((name) => (
              <th scope="col" class="number">
                {name}
              </th>
            ))}
            {brief ? null : <th scope="col">Campaign</th>}
          </tr>
        </thead>
        <tbody>
          {events.map(({ event, people, members, campaignId, syncedAt }) => (
            <tr>
              <th scope="row">
                <a href={`/events/${event.id}`}>{event.name}</a>
              </th>
              <td>{event.status?.replaceAll('_', ' ') ?? ''}</td>
              {[people.total, people.synced, people.notFound, people.pending].map((number) => (
                <Number number={number} />
              ))}
              <Number number={people.parked} tone="warn-text" />
              <Number number={people.errors} tone="bad-text" />
              <Number number={members} />
              {brief ? null : <td>{campaignWritten(campaignId, syncedAt, view)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Naught is told, but quietly. */
function Number({ number, tone = '' }: { number: number; tone?: string }) {
  return <td class={`number ${number === 0 ? 'muted' : tone}`}>{count(number)}</td>
}

function campaignWritten(campaignId: string | undefined, syncedAt: Date | undefined, view: View): Child {
  if (campaignId === undefined) return <span class="muted">none</span>
  return syncedAt ? <Ago at={syncedAt} now={view.now} /> : 'there'
}

/** A page that could not be made. */
export function TroublePage({ view, error, title }: { view: View; error: unknown; title: string }) {
  return (
    <Layout view={view} title={title}>
      <h1>{title}</h1>
      <Trouble error={error} />
    </Layout>
  )
}
