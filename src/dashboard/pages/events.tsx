import { coverage, type EventFigures } from '../../domain/figures.js'
import { count, plural } from '../../render/printable.js'
import { contractLines } from '../../render/campaign-sync.js'
import type { CampaignShown } from '../../sync/campaigns.js'
import type { Reading } from '../../reports/kept.js'
import { ActionButton } from '../parts/action-button.js'
import { Badge } from '../parts/badge.js'
import { percent } from '../parts/gauge.js'
import { AsOf, Empty, Facts, Panel, Scroll, Trouble, Waiting } from '../parts/panels.js'
import { Ago, day } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'
import { RecordLink } from './parked.js'
import { EventTable } from './sync-status.js'

/** Every event with its figures. */
export function EventsPage({ view, events }: { view: View; events: Reading<readonly EventFigures[]> | undefined }) {
  return (
    <Layout
      view={view}
      title="Events"
      place="/events"
      refresh={events && !events.isOld ? 15 : 1}
      goesOn={events === undefined}
    >
      <div class="page-head">
        <div>
          <h1>Events</h1>
          <p class="muted" id="as-of" data-live="">
            {events ? <AsOf reading={events} now={view.now} /> : 'Counting everybody…'}
          </p>
        </div>
      </div>
      <section class="panel wide" id="list" data-live="" aria-label="Events">
        {events ? <EventTable events={events.value} view={view} /> : <Waiting>Counting everybody…</Waiting>}
      </section>
    </Layout>
  )
}

export interface ShownEvent {
  figures: EventFigures
  asOf: Reading<unknown>
  /** As the org has it; absent while it is asked. */
  campaign: Reading<CampaignShown> | undefined
  /** Why the org did not say. */
  trouble?: unknown
  instanceUrl: string | undefined
}

/** One event: its people here, its Campaign there, and where they differ. */
export function EventPage({ view, shown }: { view: View; shown: ShownEvent }) {
  const { figures, asOf, campaign, trouble } = shown
  const { event } = figures
  const fields = { event: event.id }
  const isAsking = !campaign && trouble === undefined
  return (
    <Layout
      view={view}
      title={event.name}
      place="/events"
      trail={[{ path: '/events', name: 'Events' }]}
      refresh={isAsking ? 1 : 20}
      goesOn={isAsking}
    >
      <div class="page-head">
        <div>
          <h1>
            {event.name}{' '}
            {event.status === undefined ? null : (
              <Badge tone={event.status === 'draft' ? 'quiet' : 'busy'}>{event.status.replaceAll('_', ' ')}</Badge>
            )}
          </h1>
          <p class="muted">
            {event.slug === undefined ? null : <code>{event.slug}</code>}{' '}
            {event.startDate ? day(event.startDate) : null} · <AsOf reading={asOf} now={view.now} />
          </p>
        </div>
        <div class="buttons">
          <ActionButton view={view} name="verify-event" fields={fields} label="Verify" />
          <ActionButton view={view} name="enrich-event" fields={fields} label="Look up everybody…" />
          <ActionButton view={view} name="sync-event" fields={fields} label="Sync…" strong />
        </div>
      </div>
      <div class="columns">
        <Panel id="here" title="On the platform" live>
          <PeopleFacts figures={figures} view={view} />
        </Panel>
        <Panel
          id="campaign"
          title="In Salesforce"
          live
          aside={campaign ? <AsOf reading={campaign} now={view.now} /> : undefined}
        >
          {campaign ? <CampaignFacts shown={campaign.value} instanceUrl={shown.instanceUrl} /> : null}
          {trouble === undefined ? null : <Trouble error={trouble} />}
          {isAsking ? <Waiting>Asking Salesforce…</Waiting> : null}
        </Panel>
        <Panel id="attendance" title="Attendance by tier" live>
          <Attendance figures={figures} />
        </Panel>
        <Panel id="members" title="Members by status" live>
          {campaign ? (
            <Members members={campaign.value.members} />
          ) : isAsking ? (
            <Waiting>Asking Salesforce…</Waiting>
          ) : (
            <Empty>Not known.</Empty>
          )}
        </Panel>
      </div>
      <Panel id="drift" title="What a sync would put right" live wide>
        {campaign ? (
          <Drift shown={campaign.value} />
        ) : isAsking ? (
          <Waiting>Asking Salesforce…</Waiting>
        ) : (
          <Empty>Not known.</Empty>
        )}
      </Panel>
    </Layout>
  )
}

function PeopleFacts({
  figures: { people, customers, members, syncedAt },
  view,
}: {
  figures: EventFigures
  view: View
}) {
  const share = coverage(people)
  return (
    <Facts
      facts={[
        ['People', count(people.total)],
        ['Known in Salesforce', share === undefined ? undefined : `${count(people.synced)} (${percent(share)})`],
        ['Not in Salesforce', count(people.notFound)],
        ['Pending', count(people.pending)],
        ['Left alone', people.leftAlone === 0 ? undefined : count(people.leftAlone)],
        ['Parked', count(people.parked)],
        ['Errors', count(people.errors)],
        ['Existing customers', `${count(customers.registered)} registered, ${count(customers.attended)} came`],
        ['Members written down', count(members)],
        ['Campaign written', syncedAt ? <Ago at={syncedAt} now={view.now} /> : undefined],
      ]}
    />
  )
}

function CampaignFacts({ shown: { plan }, instanceUrl }: { shown: CampaignShown; instanceUrl: string | undefined }) {
  const { campaign } = plan
  if (!campaign) return <Empty>There is no Campaign yet; a sync makes it.</Empty>
  return (
    <Facts
      facts={[
        ['Campaign', <RecordLink id={campaign.id} instanceUrl={instanceUrl} />],
        ['Name', campaign.name],
        ['Type', campaign.type],
        ['Status', `${campaign.status ?? '-'}${campaign.isActive ? ', active' : ', not active'}`],
        ['Days', [campaign.startDate, campaign.endDate].filter((each) => each !== undefined).join(' to ')],
        [
          'Parent',
          campaign.parentId === undefined ? undefined : <RecordLink id={campaign.parentId} instanceUrl={instanceUrl} />,
        ],
        ['Members', plural(campaign.people, 'person', 'people')],
      ]}
    />
  )
}

function Attendance({ figures: { attendance } }: { figures: EventFigures }) {
  if (attendance.length === 0) return <Empty>Nobody is registered.</Empty>
  return (
    <Scroll label="Tiers in figures">
      <table>
        <caption class="unseen">Attendance by tier</caption>
        <thead>
          <tr>
            <th scope="col">Tier</th>
            {['Registered', 'Attended', 'No show'].map((name) => (
              <th scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attendance.map(({ tier, registered, attended, noShow }) => (
            <tr>
              <th scope="row">{tier}</th>
              {[registered, attended, noShow].map((people) => (
                <td class="number">{count(people)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Members({ members }: { members: CampaignShown['members'] }) {
  if (members.length === 0) return <Empty>There are none.</Empty>
  return (
    <Scroll label="Statuses in figures">
      <table>
        <caption class="unseen">Members by status</caption>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Members
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ status, count: people }) => (
            <tr>
              <th scope="row">{status}</th>
              <td class="number">{count(people)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Drift({ shown: { plan } }: { shown: CampaignShown }) {
  const lines = [...contractLines(plan), ...plan.notes]
  if (lines.length === 0) return <Empty>The Campaign is as it should be. “Verify” compares its members too.</Empty>
  return (
    <ul class="reasons">
      {lines.map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  )
}
