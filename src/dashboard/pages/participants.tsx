import type { EventSummary } from '../../domain/event.js'
import type { Participant } from '../../domain/person.js'
import type { History } from '../../reports/history.js'
import type { Explanation } from '../../sync/explain.js'
import { owedLines, whyLines } from '../../render/explain.js'
import { plural } from '../../render/printable.js'
import { queuedText } from '../../render/queue.js'
import type { Reading } from '../../reports/kept.js'
import { ActionButton } from '../parts/action-button.js'
import { Badge, LineBadge, RunBadge, SyncBadge } from '../parts/badge.js'
import { AsOf, Empty, Facts, Panel, Scroll, Trouble, Waiting } from '../parts/panels.js'
import { Ago } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'
import { RecordLink } from './parked.js'
import { Values } from './run.js'

interface ParticipantsProps {
  view: View
  query: string
  people: readonly Participant[]
  /** More were found than are shown. */
  more: boolean
}

/** Somebody, by address or name. */
export function ParticipantsPage({ view, query, people, more }: ParticipantsProps) {
  return (
    <Layout view={view} title="Participants" place="/participants" refresh={0}>
      <div class="page-head">
        <div>
          <h1>Participants</h1>
        </div>
      </div>
      <form method="get" action="/participants" class="filters" role="search">
        <div class="grow">
          <label for="q">Address, name or id</label>
          <input
            id="q"
            name="q"
            type="search"
            value={query}
            minlength={2}
            maxlength={254}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <button class="button strong">Search</button>
      </form>
      {query === '' ? (
        <Empty>Give an address or how it begins, some of a name, or an id.</Empty>
      ) : (
        <section class="panel wide" aria-label="Found">
          {people.length === 0 ? <Empty>Nobody like this.</Empty> : <Found people={people} view={view} />}
        </section>
      )}
      {more ? <p class="muted">There are more; give more of the name.</p> : null}
    </Layout>
  )
}

function Found({ people, view }: { people: readonly Participant[]; view: View }) {
  return (
    <Scroll label="People who were found">
      <table>
        <caption class="unseen">People who were found</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Address</th>
            <th scope="col">Status</th>
            <th scope="col">Account</th>
            <th scope="col">Tier</th>
            <th scope="col">Looked up</th>
          </tr>
        </thead>
        <tbody>
          {people.map((participant) => {
            const { id, name, storedEmail, current, lastSyncedAt } = participant
            return (
              <tr>
                <th scope="row">
                  <a href={`/participants/${id}`}>{name === '' ? '(no name)' : name}</a>
                </th>
                <td>{addressText(storedEmail)}</td>
                <td>
                  <SyncBadge participant={participant} />
                </td>
                <td>{current.accountName ?? current.company ?? ''}</td>
                <td>{current.customerTier ?? ''}</td>
                <td>{lastSyncedAt ? <Ago at={lastSyncedAt} now={view.now} /> : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

export interface ShownParticipant {
  participant: Participant
  events: readonly EventSummary[]
  instanceUrl: string | undefined
  /** Absent while it is read. */
  history: Reading<History> | undefined
  /** Absent while both systems are asked. */
  explanation: Reading<Explanation> | undefined
  /** Why they did not say. */
  trouble?: unknown
}

/** One person: who it is, in Salesforce too, and what was done about them. */
export function ParticipantPage({ view, shown }: { view: View; shown: ShownParticipant }) {
  const { participant } = shown
  const { id, name, storedEmail, current, decided } = participant
  const isAsking = !shown.history || (!shown.explanation && shown.trouble === undefined)
  const isParked = current.syncStatus === 'error' && current.syncError?.startsWith('parked: ') === true
  return (
    <Layout
      view={view}
      title={name === '' ? 'Participant' : name}
      place="/participants"
      trail={[{ path: '/participants', name: 'Participants' }]}
      refresh={isAsking ? 1 : 20}
      goesOn={isAsking}
    >
      <div class="page-head">
        <div>
          <h1>
            {name === '' ? '(no name)' : name}{' '}
            <span id="status" data-live="">
              <SyncBadge participant={participant} />
            </span>
          </h1>
          <p class="muted">
            Participant <code>{id}</code>
          </p>
        </div>
        <div class="buttons">
          {isParked || decided ? (
            <a class="button" href={`/parked/${id}`}>
              Review
            </a>
          ) : null}
          {typeof storedEmail === 'string' ? (
            <ActionButton view={view} name="sync-person" fields={{ participant: id }} label="Sync now…" strong />
          ) : null}
        </div>
      </div>
      <div class="columns">
        <Identity shown={shown} />
        <InSalesforce shown={shown} view={view} />
      </div>
      <Next shown={shown} view={view} />
      <Registrations shown={shown} view={view} />
      <Log shown={shown} view={view} />
    </Layout>
  )
}

function Identity({ shown: { participant } }: { shown: ShownParticipant }) {
  const { name, storedEmail, current, registrations, userId } = participant
  return (
    <Panel id="identity" title="On the platform" live>
      <Facts
        facts={[
          ['Name', name],
          ['Address', addressText(storedEmail)],
          ['Tier', current.customerTier],
          [
            'Existing customer',
            current.isExistingCustomer === undefined ? undefined : current.isExistingCustomer ? 'yes' : 'no',
          ],
          ['Events', plural(registrations.length, 'event')],
          ['User', userId === undefined ? undefined : <code>{userId}</code>],
        ]}
      />
    </Panel>
  )
}

function InSalesforce({ shown: { participant, instanceUrl }, view }: { shown: ShownParticipant; view: View }) {
  const { current, decided, lastSyncedAt } = participant
  const { contactId, leadId, accountId, accountName, syncError } = current
  return (
    <Panel id="salesforce" title="In Salesforce" live>
      <Facts
        facts={[
          ['Contact', contactId === undefined ? undefined : <RecordLink id={contactId} instanceUrl={instanceUrl} />],
          ['Lead', leadId === undefined ? undefined : <RecordLink id={leadId} instanceUrl={instanceUrl} />],
          [
            'Account',
            accountId === undefined ? (
              accountName
            ) : (
              <>
                {accountName} <RecordLink id={accountId} instanceUrl={instanceUrl} />
              </>
            ),
          ],
          ['Title', current.title],
          ['Company', current.company],
          ['City', current.city],
          ['Phone', current.phone],
          ['Owner', current.ownerName],
          ['Why not', syncError],
          ['Decided', decided ? (decided.recordId ?? 'nobody in Salesforce') : undefined],
          ['Looked up', lastSyncedAt ? <Ago at={lastSyncedAt} now={view.now} /> : 'never'],
        ]}
      />
    </Panel>
  )
}

function Registrations({ shown: { participant, events, instanceUrl }, view }: { shown: ShownParticipant; view: View }) {
  const { registrations, memberships } = participant
  if (registrations.length === 0 && memberships.length === 0) return null
  const ids = [...new Set([...registrations, ...memberships].map(({ eventId }) => eventId))]
  return (
    <Panel id="registrations" title="Events" live wide>
      <Scroll label="Events of this person">
        <table>
          <caption class="unseen">Events of this person, here and in Salesforce</caption>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Here</th>
              <th scope="col">Member</th>
              <th scope="col">As</th>
              <th scope="col">Written</th>
            </tr>
          </thead>
          <tbody>
            {ids.map((eventId) => {
              const event = events.find(({ id }) => id === eventId)
              const registration = registrations.find((each) => each.eventId === eventId)
              const membership = memberships.find((each) => each.eventId === eventId)
              return (
                <tr>
                  <th scope="row">
                    <a href={`/events/${eventId}`}>{event?.name ?? eventId}</a>
                  </th>
                  <td>
                    {registration ? registration.status.replaceAll('_', ' ') : <Badge tone="quiet">withdrawn</Badge>}
                  </td>
                  <td>
                    {membership ? (
                      <RecordLink id={membership.campaignMemberId} instanceUrl={instanceUrl} />
                    ) : (
                      <span class="muted">none</span>
                    )}
                  </td>
                  <td>{membership?.status ?? ''}</td>
                  <td>{membership?.syncedAt ? <Ago at={membership.syncedAt} now={view.now} /> : ''}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  )
}

function addressText(storedEmail: unknown): string {
  return typeof storedEmail === 'string' ? storedEmail : '(not usable)'
}

/** Why they are who they are, and what would happen next. */
function Next({ shown: { explanation, trouble }, view }: { shown: ShownParticipant; view: View }) {
  return (
    <Panel
      id="next"
      title="Why, and what a sync would do next"
      live
      wide
      aside={explanation ? <AsOf reading={explanation} now={view.now} /> : undefined}
    >
      {trouble === undefined ? null : <Trouble error={trouble} />}
      {explanation ? (
        <div class="halves">
          <Sentences lines={whyLines(explanation.value)} />
          <Sentences lines={owedLines(explanation.value)} />
        </div>
      ) : trouble === undefined ? (
        <Waiting>Asking Salesforce…</Waiting>
      ) : null}
    </Panel>
  )
}

/** Lines as a list; a line that is further in than the first says more of the one before it. */
function Sentences({ lines }: { lines: readonly string[] }) {
  return (
    <ul class="reasons">
      {lines.map((line) => (
        <li class={line.startsWith('    ') ? 'more' : undefined}>{line.trim()}</li>
      ))}
    </ul>
  )
}

/** What was done about them, run by run. */
function Log({ shown: { history }, view }: { shown: ShownParticipant; view: View }) {
  return (
    <Panel id="history" title="History" live wide>
      {history ? <Steps history={history.value} view={view} /> : <Waiting>Reading what was done…</Waiting>}
    </Panel>
  )
}

function Steps({ history: { steps, more, decision, queued }, view }: { history: History; view: View }) {
  return (
    <>
      {decision ? (
        <p>
          Decided by {decision.by}, <Ago at={decision.at} now={view.now} />:{' '}
          {decision.recordId ?? 'nobody in Salesforce'}
        </p>
      ) : null}
      {queued ? <p>Queue: {queuedText(queued, view.now)}</p> : null}
      {steps.length === 0 ? <Empty>No change about them is kept.</Empty> : null}
      <ol class="steps">
        {steps.map(({ runId, run, lines }) => (
          <li>
            <h3>
              <a href={`/runs/${runId}`}>{run?.command ?? 'a run that is not kept any more'}</a>{' '}
              {run ? <RunBadge run={run} /> : null}{' '}
              <span class="muted">
                {run ? (
                  <>
                    by {run.user}, <Ago at={run.startedAt} now={view.now} />
                  </>
                ) : null}
              </span>
            </h3>
            <ul class="changes">
              {lines.map((line) => (
                <li>
                  <span>
                    {line.object} <code>{line.recordId ?? line.key}</code> <LineBadge line={line} />
                  </span>
                  <Values line={line} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {more ? <p class="muted">Older changes are kept, and not shown.</p> : null}
    </>
  )
}
