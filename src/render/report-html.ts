import { html } from 'hono/html'
import {
  coverage,
  TIER_NAMES,
  type ActivityDay,
  type EventFigures,
  type KeptNight,
  type TierName,
} from '../domain/figures.js'
import { quantileOf } from '../domain/latency.js'
import { daysIn, type ReportWindow } from '../domain/report-window.js'
import type { Advice, ReportCause, WeeklyReport } from '../domain/weekly-report.js'
import { bar, columnChart, lineChart, type Html } from './chart.js'
import { page } from './page.js'
import { count, percent, plural } from './printable.js'
import { cameText, CAUSES_SHOWN, reportSubject, shownEvents } from './report-markdown.js'
import { dayText, figuresOf, msText, notesOf, windowText } from './report-words.js'

/** The report as one page that needs nothing else: no script, nothing from outside, to be read in a browser, by mail or on paper. */
export async function reportHtml(report: WeeklyReport): Promise<string> {
  const { figures, activity, window, advice, causes, nights } = report
  const { events, more } = shownEvents(figures.events)
  return page(
    reportSubject(report),
    windowText(window),
    html`
      <dl class="tiles">${figuresOf(report).map(tile)}</dl>
      ${section('Worth doing', html`<div class="advice">${adviceList(advice)}</div>`)}
      ${section('What was done', html`<div class="pair">${charts(activity.days, window)}</div>`)}
      ${section('Events', [eventTable(events), moreText(more)])} ${section('Who came, by tier', tierTable(events))}
      ${section('What went wrong', causeTable(causes))} ${section('Day by day', dayTable(activity.days))}
      ${section('Nights', nightList(nights))}
      <footer>${notesOf(report).map((note) => html`<p>${note}</p>`)}</footer>
    `,
  )
}

function section(title: string, content: unknown): Html {
  return html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`
}

function tile({ name, value, note }: ReturnType<typeof figuresOf>[number]): Html {
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd class="figure">${value}</dd>
    <dd class="of">${note}</dd>
  </div>`
}

function adviceList(advice: readonly Advice[]): Html {
  if (advice.length === 0) return html`<p>Nothing: all that was to be done is done.</p>`
  return html`<ol>
    ${advice.map(
      ({ why, first, command }) =>
        html`<li>${why} ${first === undefined ? '' : `First: ${first}.`}<br /><code>${command}</code></li>`,
    )}
  </ol>`
}

/** Up to so many days are called by their week day. */
const NAMED_DAYS = 8

function charts(days: readonly ActivityDay[], window: ReportWindow): Html[] {
  const format: Intl.DateTimeFormatOptions =
    daysIn(window) <= NAMED_DAYS ? { weekday: 'short', day: 'numeric' } : { day: 'numeric', month: 'short' }
  const dayName = new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'UTC' })
  const labels = days.map(({ day }) => dayName.format(new Date(day)))
  const told = (values: readonly number[]) =>
    labels.map((label, at) => `${label}: ${count(values[at] ?? 0)}`).join(', ')
  const [done, refused, calls] = [
    days.map(({ changes }) => changes.done),
    days.map(({ changes }) => changes.refused),
    days.map((day) => day.calls),
  ]
  const changes = columnChart({
    ...{ id: 'changes', title: 'Changes by day', labels },
    description: `Made: ${told(done)}. Refused: ${told(refused)}.`,
    series: [
      { name: 'made', tone: 't-good', values: done },
      { name: 'refused', tone: 't-bad', values: refused },
    ],
  })
  const used = lineChart({
    ...{ id: 'calls', title: 'Salesforce API calls by day', labels, description: `${told(calls)}.` },
    series: [{ name: 'API calls', tone: 't-good', values: calls }],
  })
  return [
    html`<figure>
      <figcaption>Changes by day</figcaption>
      ${changes}${legend([
        ['t-good', 'made'],
        ['t-bad', 'refused'],
      ])}
    </figure>`,
    html`<figure>
      <figcaption>Salesforce API calls by day</figcaption>
      ${used}
    </figure>`,
  ]
}

function legend(entries: readonly (readonly [tone: string, name: string])[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ([tone, name]) =>
        html`<li>
          <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false">
            <rect class="${tone}" width="10" height="10" /></svg
          >${name}
        </li>`,
    )}
  </ul>`
}

/** A table that is wider than a phone is moved sideways, by keys too. `kinds`: of columns that hold no numbers. */
function table(
  label: string,
  columns: readonly string[],
  rows: unknown[],
  kinds: Readonly<Record<string, 'text' | 'track'>> = {},
): Html {
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col" class="${kinds[name] ?? 'number'}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function eventTable(events: readonly EventFigures[]): Html {
  if (events.length === 0) return html`<p>None.</p>`
  const rows = events.map(({ event, people, customers, members }) => {
    const { total, synced, notFound, pending, errors, parked } = people
    const known = coverage(people)
    const parts = [
      { tone: 't-good', value: synced },
      { tone: 't-soft', value: notFound },
      { tone: 't-todo', value: pending + errors + parked },
    ]
    return html`<tr>
      ${eventHead(event)}
      <td>${count(total)}</td>
      <td class="track">${bar(parts, total)}</td>
      <td>${known === undefined ? '–' : percent(known)}</td>
      <td>${count(members)}</td>
      <td>${count(customers.registered)}</td>
      <td>${count(customers.attended)}</td>
    </tr>`
  })
  const head = ['Event', 'People', 'Known in Salesforce', 'Share', 'Members', 'Customers', 'Came']
  return html`${table('Events', head, rows, { 'Known in Salesforce': 'track' })}${legend([
    ['t-good', 'known in Salesforce'],
    ['t-soft', 'not in Salesforce'],
    ['t-todo', 'waiting, failed, or left for a person'],
  ])}`
}

function eventHead({ name, startDate }: EventFigures['event']): Html {
  return html`<th scope="row">${name}${startDate ? html`<small>${dayText(startDate)}</small>` : ''}</th>`
}

function moreText(events: number): Html {
  return events > 0 ? html`<p class="note">And ${plural(events, 'earlier event')}.</p>` : html``
}

const TIER_LABELS: Readonly<Record<TierName, string>> = {
  enterprise: 'Enterprise',
  growth: 'Growth',
  startup: 'Startup',
  community: 'Community',
  none: 'No tier',
}

function tierTable(events: readonly EventFigures[]): Html {
  const came = ({ attendance }: EventFigures) => attendance.reduce((sum, { attended }) => sum + attended, 0)
  const shown = events.filter((each) => came(each) > 0)
  if (shown.length === 0) return html`<p>Nobody has been marked as attended yet.</p>`
  const rows = shown.map(
    (each) =>
      html`<tr>
        <th scope="row">${each.event.name}</th>
        <td class="track">
          ${bar(
            each.attendance.map(({ tier, attended }) => ({ tone: `t-${tier}`, value: attended })),
            came(each),
          )}
        </td>
        <td>${count(came(each))}</td>
        ${TIER_NAMES.map((tier) => html`<td>${cameText(each.attendance, tier)}</td>`)}
      </tr>`,
  )
  const head = ['Event', 'Who came', 'All', ...TIER_NAMES.map((tier) => TIER_LABELS[tier])]
  return html`${table('Who came, by tier', head, rows, { 'Who came': 'track' })}${legend(
    TIER_NAMES.map((tier) => [`t-${tier}`, TIER_LABELS[tier]] as const),
  )}`
}

function causeTable(causes: readonly ReportCause[]): Html {
  if (causes.length === 0) return html`<p>Nothing went wrong in these days.</p>`
  const rows = causes.slice(0, CAUSES_SHOWN).map(
    ({ code, object, what, changes, people, remedy }) =>
      html`<tr>
        <th scope="row">${code}<small>${object}: ${what}</small></th>
        <td>${changes === 0 ? '–' : count(changes)}</td>
        <td>${people === 0 ? '–' : count(people)}</td>
        <td class="text">
          ${
            remedy
              ? html`<span class="bad">still stands</span><br /><code>${remedy.command}</code>`
              : html`<span class="good">mended since</span>`
          }
        </td>
      </tr>`,
  )
  const left = causes.length - CAUSES_SHOWN
  return html`${table('What went wrong', ['Cause', 'Changes', 'People', 'Now'], rows, { Now: 'text' })}${
    left > 0 ? html`<p class="note">And ${plural(left, 'more cause')}.</p>` : ''
  }`
}

function dayTable(days: readonly ActivityDay[]): Html {
  const rows = days.map(({ day, changes, leads, runs, calls, lookups }) => {
    const slow = quantileOf(lookups, 0.95)
    const counts = [changes.done, changes.refused, leads, runs, calls, lookups.count]
    return html`<tr>
      <td>${day}</td>
      ${counts.map((value) => html`<td>${count(value)}</td>`)}
      <td>${slow === undefined ? '–' : msText(slow)}</td>
    </tr>`
  })
  const head = ['Day', 'Changes', 'Refused', 'New leads', 'Runs', 'API calls', 'Lookups', '95 % within']
  return table('Day by day', head, rows)
}

function nightList(nights: readonly KeptNight[]): Html {
  if (nights.length === 0) return html`<p>No night has run in these days.</p>`
  const latestLast = [...nights].reverse()
  return html`<ul class="nights">
    ${latestLast.map(
      ({ startedAt, verdict }) =>
        html`<li>
          <span class="note">${startedAt.toISOString().slice(0, 10)}</span
          ><span class="${verdict === 'all well' ? 'good' : 'bad'}">${verdict}</span>
        </li>`,
    )}
  </ul>`
}
