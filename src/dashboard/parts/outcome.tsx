import { callsText } from '../../render/calls.js'
import { count, plural } from '../../render/printable.js'
import { outcomeOf, type OutcomeOf } from '../outcomes.js'
import { Badge } from './badge.js'
import { Empty, Facts, Scroll } from './panels.js'

/** What a command printed, as a person reads it. */
export function OutcomeView({ printed }: { printed: unknown }) {
  const outcome = outcomeOf(printed)
  switch (outcome.kind) {
    case 'synced':
      return <Synced result={outcome.result} />
    case 'undone':
      return <Undone result={outcome.result} />
    case 'retried':
      return <Retried result={outcome.result} />
    case 'enriched':
      return <Enriched result={outcome.result} />
    case 'verified':
      return <Verified result={outcome.result} />
    case 'lookedUp':
      return <LookedUp result={outcome.result} />
    case 'requeued':
      return <p>{plural(outcome.result.people, 'person', 'people')} of the queue.</p>
    case 'resolved':
      return <Resolved result={outcome.result} />
    case 'failed':
      return (
        <div class="trouble">
          <p>
            <strong>{outcome.result.error.message}</strong> <code>{outcome.result.error.code}</code>
          </p>
          {outcome.result.error.hint === undefined ? null : <p>{outcome.result.error.hint}</p>}
        </div>
      )
    case 'other':
      return <pre>{JSON.stringify(outcome.result, null, 2)}</pre>
  }
}

interface Column<Row> {
  name: string
  of: (row: Row) => string | number
}

/** Rows by a name, with numbers or texts. */
function Rows<Row>({
  caption,
  rows,
  name,
  columns,
}: {
  caption: string
  rows: readonly Row[]
  name: Column<Row>
  columns: readonly Column<Row>[]
}) {
  return (
    <Scroll label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{name.name}</th>
            {columns.map((column) => (
              <th
                scope="col"
                class={rows[0] !== undefined && typeof column.of(rows[0]) === 'number' ? 'number' : undefined}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">{name.of(row)}</th>
              {columns.map((column) => {
                const value = column.of(row)
                return typeof value === 'number' ? (
                  <td class="number">{count(value)}</td>
                ) : (
                  <td class="text">{value}</td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Calls({
  dryRun,
  calls,
  planned,
}: {
  dryRun: boolean
  calls: number
  planned?: { calls: number; atMost: number }
}) {
  return (
    <p class="muted">
      {dryRun ? 'Looking took ' : 'It took '}
      {plural(calls, 'API call')}
      {planned && dryRun ? `; doing it takes ${callsText(planned)}` : ''}.
    </p>
  )
}

function Stopped({ stopped }: { stopped: { code: string; message: string } | null | undefined }) {
  if (!stopped) return null
  return (
    <p class="trouble">
      <strong>{stopped.message}</strong> <code>{stopped.code}</code>
    </p>
  )
}

function Synced({ result }: { result: OutcomeOf<'synced'> }) {
  const { events, dryRun, contacts, calls, planned, people } = result
  return (
    <>
      <Stopped stopped={result.stopped} />
      <p>
        {plural(people, 'person', 'people')} of {plural(events.length, 'event')} compared.
      </p>
      <Rows
        caption={dryRun ? 'What would change, event by event' : 'What changed, event by event'}
        rows={events}
        name={{ name: 'Event', of: ({ event }) => event.name }}
        columns={[
          { name: 'Campaign', of: ({ campaign }) => campaignText(campaign, dryRun) },
          { name: 'Added', of: ({ members }) => members?.inserted ?? 0 },
          { name: 'Changed', of: ({ members }) => members?.updated ?? 0 },
          { name: 'Removed', of: ({ members }) => members?.removed ?? 0 },
          { name: 'Right', of: ({ members }) => members?.unchanged ?? 0 },
          { name: 'Left out, failed', of: leftOutText },
        ]}
      />
      {contacts ? (
        <p>
          Contacts: {count(contacts.updated)} of {count(contacts.contacts)} {dryRun ? 'would be told' : 'were told'}{' '}
          what their people did.
        </p>
      ) : null}
      <Calls dryRun={dryRun} calls={calls} planned={planned} />
    </>
  )
}

type SyncedEvent = OutcomeOf<'synced'>['events'][number]

function campaignText(campaign: SyncedEvent['campaign'], dryRun: boolean): string {
  if (!campaign) return '-'
  if (campaign.created) return dryRun ? 'to be made' : 'made'
  const { length } = campaign.changes
  return length === 0 ? 'right' : `${plural(length, 'field')} ${dryRun ? 'to change' : 'changed'}`
}

function leftOutText({ leftOut, members, error }: SyncedEvent): string {
  const out = Object.entries(leftOut).map(([why, people]) => `${count(people)} ${why}`)
  const bad = Object.entries(members?.failed ?? {}).map(([code, rows]) => `${count(rows.count)} ${code}`)
  return [...out, ...bad, ...(error ? [error.message] : [])].join(', ')
}

function Undone({ result }: { result: OutcomeOf<'undone'> }) {
  const { counts, kept, failed, dryRun, calls, planned } = result
  return (
    <>
      <Stopped stopped={result.stopped} />
      {counts.length === 0 ? (
        <Empty>There is nothing to undo.</Empty>
      ) : (
        <Rows
          caption={dryRun ? 'What would be put back' : 'What was put back'}
          rows={counts}
          name={{ name: 'Object', of: ({ object }) => object }}
          columns={[
            { name: 'Put back', of: ({ restored }) => restored },
            { name: 'Removed', of: ({ removed }) => removed },
            { name: 'Made again', of: ({ made }) => made },
            { name: 'Nothing to do', of: ({ right }) => right },
          ]}
        />
      )}
      <Rest title="Left as they are" rest={kept} />
      <Rest title="Failed" rest={failed} />
      <Calls dryRun={dryRun} calls={calls} planned={planned} />
    </>
  )
}

function Rest({ title, rest }: { title: string; rest: OutcomeOf<'undone'>['kept'] }) {
  if (rest.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul class="reasons">
        {rest.map(({ object, because, count: records, samples }) => (
          <li>
            {count(records)} of {object}: {because}
            <span class="muted">
              {' '}
              ({samples.map(({ id }) => id).join(', ')}
              {records > samples.length ? ', …' : ''})
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Retried({ result: { retried, dryRun } }: { result: OutcomeOf<'retried'> }) {
  if (retried.length === 0) return <Empty>Nothing that failed is to be done again.</Empty>
  return (
    <ul class="reasons">
      {retried.map(({ of, run, people, exitCode }) => (
        <li>
          {plural(people, 'person', 'people')} of run <a href={`/runs/${of}`}>{of}</a>{' '}
          {dryRun ? null : exitCode === 0 ? <Badge tone="good">done</Badge> : <Badge tone="bad">failed again</Badge>}
          {run === null ? null : (
            <>
              {' in run '}
              <a href={`/runs/${run}`}>{run}</a>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

function Enriched({
  result: { people, outcomes, updated, wouldUpdate = updated, dryRun, calls, planned },
}: {
  result: OutcomeOf<'enriched'>
}) {
  return (
    <>
      <p>
        {plural(people, 'person', 'people')} looked up, {count(wouldUpdate)} {dryRun ? 'would change' : 'changed'}.
      </p>
      <Facts
        facts={Object.entries(outcomes).map(
          ([outcome, number]) => [outcome.replaceAll('_', ' '), count(number)] as const,
        )}
      />
      <Calls dryRun={dryRun} calls={calls} planned={planned} />
    </>
  )
}

/** Those who do not agree that are shown. */
const SHOWN = 100

function Verified({ result }: { result: OutcomeOf<'verified'> }) {
  const { inAgreement, counts, extra, campaignDiffers, disagreeing, calls } = result
  return (
    <>
      <p>{inAgreement ? <Badge tone="good">both sides agree</Badge> : <Badge tone="bad">they do not agree</Badge>}</p>
      <Facts
        facts={[
          ['People', count(counts.people)],
          ['Agree', count(counts.agrees)],
          ['Differ', `${count(counts.differs)}${tally(counts.fields)}`],
          ['Missing', count(counts.missing)],
          ['Cannot be judged', `${count(counts['not judged'])}${tally(counts.reasons)}`],
          ['Extra members', count(extra)],
          ['The Campaign itself', campaignDiffers.length === 0 ? undefined : campaignDiffers.join(', ')],
        ]}
      />
      {disagreeing.length === 0 ? null : (
        <Scroll label="Who does not agree">
          <table>
            <caption class="unseen">Who does not agree</caption>
            <thead>
              <tr>
                <th scope="col">Participant</th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {disagreeing.slice(0, SHOWN).map(({ participantId, kind, fields = [], why }) => (
                <tr>
                  <th scope="row">
                    <a href={`/participants/${participantId}`}>{participantId}</a>
                  </th>
                  <td class="text">{fields.length > 0 ? fields.join(', ') : (why ?? kind)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <Calls dryRun={false} calls={calls} />
    </>
  )
}

function tally(by: Readonly<Record<string, number>>): string {
  const told = Object.entries(by).map(([what, number]) => `${count(number)} ${what}`)
  return told.length === 0 ? '' : `: ${told.join(', ')}`
}

function LookedUp({ result: { answers, saved, calls } }: { result: OutcomeOf<'lookedUp'> }) {
  return (
    <>
      {answers.map(({ outcome, id, contact, lead, tier, because, campaigns }) => (
        <>
          <Facts
            facts={[
              ['Is', `${outcome.replaceAll('_', ' ')}${id === null ? '' : ` ${id}`}`],
              ['Name', contact?.name ?? lead?.name],
              ['Account', contact?.account?.name ?? lead?.company],
              ['Tier', tier ?? undefined],
              [
                'Campaigns',
                campaigns.map(({ name, status }) => `${name}${status === undefined ? '' : `: ${status}`}`).join('; '),
              ],
            ]}
          />
          <ul class="reasons">
            {because.map((reason) => (
              <li>{reason}</li>
            ))}
          </ul>
        </>
      ))}
      {saved ? <p>{savedText(saved)}</p> : null}
      <Calls dryRun={!saved} calls={calls} />
    </>
  )
}

function savedText({
  written,
  unchanged,
  moved,
  failed,
  noParticipant,
}: NonNullable<OutcomeOf<'lookedUp'>['saved']>): string {
  const parts: [number, string][] = [
    [written, 'written'],
    [unchanged, 'unchanged'],
    [moved, 'changed meanwhile'],
    [failed, 'failed'],
    [noParticipant, 'without a participant'],
  ]
  return parts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${count(number)} ${what}`)
    .join(', ')
}

function Resolved({ result: { participantId, decided } }: { result: OutcomeOf<'resolved'> }) {
  return (
    <p>
      {decided === null ? 'Forgotten: the rules decide again on ' : 'Remembered: '}
      <a href={`/participants/${participantId}`}>{participantId}</a>
      {decided === null ? '.' : ` is ${decided.recordId ?? 'nobody in Salesforce'}. The next sync writes it.`}
    </p>
  )
}
