import { choicesOf } from '../../domain/match.js'
import type { Contact, Lead } from '../../domain/person.js'
import { count, plural } from '../../render/printable.js'
import type { Reviewed } from '../../sync/review.js'
import type { Reading } from '../../reports/kept.js'
import { ActionButton, Csrf } from '../parts/action-button.js'
import { Badge } from '../parts/badge.js'
import { AsOf, Empty, Facts, Panel, Scroll, Trouble, Waiting } from '../parts/panels.js'
import { day } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'

export interface ParkedPerson {
  id: string
  name: string
  why: string
}

/** Who is left for a person to decide. */
export function ParkedPage({ view, people, total }: { view: View; people: readonly ParkedPerson[]; total: number }) {
  return (
    <Layout view={view} title="Parked" place="/parked">
      <div class="page-head">
        <div>
          <h1>Parked</h1>
          <p class="muted">
            People whom the rules leave to you. A decision is remembered and wins from then on; the next sync writes it.
          </p>
        </div>
      </div>
      <section class="panel wide" id="list" data-live="" aria-label="Parked people">
        {people.length === 0 ? (
          <Empty>Nobody is parked.</Empty>
        ) : (
          <Scroll label="Parked people and why">
            <table>
              <caption class="unseen">Parked people and why</caption>
              <thead>
                <tr>
                  <th scope="col">Person</th>
                  <th scope="col">Why</th>
                  <th scope="col">Participant</th>
                </tr>
              </thead>
              <tbody>
                {people.map(({ id, name, why }) => (
                  <tr>
                    <th scope="row">
                      <a href={`/parked/${id}`}>{name === '' ? '(no name)' : name}</a>
                    </th>
                    <td class="text">{why}</td>
                    <td>
                      <code>{id}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </section>
      {total > people.length ? (
        <p class="muted">{count(total - people.length)} more are parked; they come up as these are decided.</p>
      ) : null}
    </Layout>
  )
}

/** One person with the candidates side by side. */
export function ParkedPersonPage({
  view,
  id,
  review,
  instanceUrl,
  error,
}: {
  view: View
  id: string
  review: Reading<Reviewed> | undefined
  instanceUrl: string | undefined
  error?: unknown
}) {
  return (
    <Layout
      view={view}
      title="Who is it?"
      place="/parked"
      trail={[{ path: '/parked', name: 'Parked' }]}
      refresh={review || error ? 60 : 1}
      goesOn={!review && error === undefined}
    >
      <div class="page-head">
        <div>
          <h1>Who is {review && review.value.participant.name !== '' ? review.value.participant.name : 'it'}?</h1>
          <p class="muted">
            Participant <a href={`/participants/${id}`}>{id}</a>
            {review ? (
              <>
                {' '}
                · <AsOf reading={review} now={view.now} />
              </>
            ) : null}
          </p>
        </div>
      </div>
      {error === undefined ? null : <Trouble error={error} />}
      <div id="review" data-live={review ? undefined : ''}>
        {review ? (
          <Review review={review.value} view={view} instanceUrl={instanceUrl} />
        ) : error ? null : (
          <Waiting>Asking Salesforce…</Waiting>
        )}
      </div>
    </Layout>
  )
}

function Review({
  review: { participant, match },
  view,
  instanceUrl,
}: {
  review: Reviewed
  view: View
  instanceUrl: string | undefined
}) {
  const candidates =
    match.kind === 'parked'
      ? choicesOf(match)
      : match.kind === 'contact'
        ? [match.contact]
        : match.kind === 'lead'
          ? [match.lead]
          : []
  const { decided } = participant
  return (
    <>
      <div class="columns">
        <Panel id="asked" title="On the platform">
          <Facts
            facts={[
              ['Name', participant.name],
              ['Address', typeof participant.storedEmail === 'string' ? participant.storedEmail : '(not usable)'],
              ['Events', plural(participant.registrations.length, 'registration')],
              ['Decided', decided ? (decided.recordId ?? 'nobody in Salesforce') : undefined],
            ]}
          />
        </Panel>
        <Panel id="why" title={match.kind === 'parked' ? `Parked: ${match.cause}` : 'What the rules say now'}>
          <ul class="reasons">
            {match.because.map((reason) => (
              <li>{reason}</li>
            ))}
          </ul>
        </Panel>
      </div>
      {candidates.length === 0 ? (
        <Empty>There is no record to choose from.</Empty>
      ) : (
        <ul class="candidates" aria-label="Candidates">
          {candidates.map((person) => (
            <Candidate
              others={candidates}
              person={person}
              view={view}
              participantId={participant.id}
              instanceUrl={instanceUrl}
            />
          ))}
        </ul>
      )}
      {view.readOnly ? null : (
        <div class="buttons">
          <ActionButton
            view={view}
            name="choose-nobody"
            fields={{ participant: participant.id }}
            label="It is nobody of these"
          />
          {decided ? (
            <ActionButton
              view={view}
              name="forget-decision"
              fields={{ participant: participant.id }}
              label="Forget the decision"
            />
          ) : null}
        </div>
      )}
      {view.readOnly ? null : <OtherRecord view={view} participantId={participant.id} />}
    </>
  )
}

/** What is known of a candidate, by what it is called. */
function tellings(person: Contact | Lead): [string, string | undefined][] {
  const isLead = 'converted' in person
  return [
    ['Title', person.title],
    ['Company', isLead ? person.company : person.account?.name],
    ['City', person.city],
    ['Phone', person.phone],
    ['Owner', person.ownerName],
    ['Last activity', isLead ? undefined : person.lastActivity],
    [isLead ? 'Changed' : 'Made', day(isLead ? person.lastModified : person.createdAt)],
    ['Mail bounced', !isLead && person.bounced ? 'yes' : undefined],
  ]
}

function Candidate({
  person,
  others,
  view,
  participantId,
  instanceUrl,
}: {
  person: Contact | Lead
  others: readonly (Contact | Lead)[]
  view: View
  participantId: string
  instanceUrl: string | undefined
}) {
  const told = others.map((other) => new Map(tellings(other)))
  const isTheSame = (label: string, value: string | undefined) => told.every((other) => other.get(label) === value)
  return (
    <li class="panel">
      <header>
        <h2>{person.name}</h2>
        <Badge tone="quiet">{'converted' in person ? 'lead' : 'contact'}</Badge>
      </header>
      <Facts
        facts={[
          ['Record', <RecordLink id={person.id} instanceUrl={instanceUrl} />],
          ...tellings(person).map(
            ([label, value]) =>
              [label, value === undefined || isTheSame(label, value) ? value : <mark>{value}</mark>] as const,
          ),
        ]}
      />
      <ActionButton
        view={view}
        name="choose-record"
        fields={{ participant: participantId, record: person.id }}
        label="It is this one"
        of={`: ${person.name}, ${person.id}`}
        strong
      />
    </li>
  )
}

/** For who knows better than the rules. */
function OtherRecord({ view, participantId }: { view: View; participantId: string }) {
  return (
    <form method="post" action="/actions" class="other-record">
      <Csrf view={view} />
      <input type="hidden" name="action" value="choose-record" />
      <input type="hidden" name="participant" value={participantId} />
      <label for="record">It is another contact or lead</label>
      <input
        id="record"
        name="record"
        required
        pattern="00[3Q][0-9A-Za-z]{12}([0-9A-Za-z]{3})?"
        placeholder="003… or 00Q…"
        autocomplete="off"
        spellcheck={false}
      />
      <button class="button">Decide</button>
    </form>
  )
}

/** A record of the org, as a link where the org is known. */
export function RecordLink({ id, instanceUrl }: { id: string; instanceUrl: string | undefined }) {
  if (instanceUrl === undefined) return <code>{id}</code>
  return (
    <a href={`${instanceUrl}/${id}`} rel="noreferrer noopener" target="_blank">
      <code>{id}</code>
      <span class="unseen"> in Salesforce, in another window</span>
    </a>
  )
}
