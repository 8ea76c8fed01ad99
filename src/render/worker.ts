import { servedIn, type Drained } from '../domain/drained.js'
import type { QueueStats } from '../domain/queue.js'
import type { Worked, WorkerNews } from '../worker/worked.js'
import { errorJson } from './error.js'
import { count, plural, printableJson } from './printable.js'
import { table } from './table.js'

export type LogFormat = 'text' | 'json'

/** One line of the log; undefined for what is not worth one. Nothing in it is about a person: only counts and codes. */
export function workerLine(news: WorkerNews, at: Date, format: LogFormat): string | undefined {
  if (news.kind === 'looked') return undefined
  if (format === 'text') return `${at.toISOString().slice(11, 19)}  ${sentence(news)}`
  const level = news.kind === 'paused' || news.kind === 'redis away' ? 'warn' : 'info'
  return printableJson({ time: at, level, event: news.kind.replaceAll(' ', '_'), ...fieldsOf(news) })
}

function sentence(news: Exclude<WorkerNews, { kind: 'looked' }>): string {
  switch (news.kind) {
    case 'started':
      return `Worker ${news.worker} has started`
    case 'listening':
      return `Health and metrics at ${news.url}/healthz and /metrics`
    case 'swept':
      return `${plural(news.people, 'person was', 'people were')} pending on the platform without an entry: put in`
    case 'batch':
      return batchText(news.drained, news.milliseconds)
    case 'paused':
      return `${news.code}: the org is left alone for ${(news.milliseconds / 1_000).toFixed(0)} s`
    case 'answering again':
      return 'The org answers again'
    case 'redis away':
      return 'Redis does not answer, or takes nothing: nobody is taken until it does'
    case 'redis back':
      return 'Redis answers again'
    case 'stopping':
      return `${news.code}: the batch in hand is finished`
  }
}

function batchText(drained: Drained, milliseconds: number): string {
  const { changed, gone, later, dead, released, calls } = drained
  const told = [
    `${plural(servedIn(drained), 'person', 'people')} looked up`,
    `${count(changed)} changed`,
    ...(gone > 0 ? [`${count(gone)} gone from the platform`] : []),
    ...(later > 0 ? [`${count(later)} to be tried again`] : []),
    ...(released > 0 ? [`${count(released)} put back`] : []),
    ...(dead > 0 ? [`${count(dead)} given up on`] : []),
    `${plural(calls, 'call')}, ${(milliseconds / 1_000).toFixed(1)} s`,
  ]
  return told.join(', ')
}

function fieldsOf(news: Exclude<WorkerNews, { kind: 'looked' }>): object {
  const fields = Object.fromEntries(Object.entries(news).filter(([name]) => name !== 'kind' && name !== 'drained'))
  const rounded = 'milliseconds' in news ? { ...fields, milliseconds: Math.round(news.milliseconds) } : fields
  return 'drained' in news ? { people: servedIn(news.drained), ...news.drained, ...rounded } : rounded
}

/** What a worker did, in 80 columns. */
export function workedText({ drained, swept, left, runs }: Worked): string {
  const rows = [
    ...(swept > 0 ? [[count(swept), 'found pending on the platform, and put in']] : []),
    [count(servedIn(drained)), 'looked up and out of the queue'],
    ...OUTCOMES.flatMap(([outcome, told]) =>
      drained.outcomes[outcome] > 0 ? [['', `${count(drained.outcomes[outcome])} ${told}`]] : [],
    ),
    ['', `${count(drained.changed)} of their documents changed`],
    ...(drained.gone > 0 ? [[count(drained.gone), 'gone from the platform, and out of the queue']] : []),
    ...(drained.later > 0 ? [[count(drained.later), 'failed, and are to be tried again']] : []),
    ...(drained.released > 0 ? [[count(drained.released), 'put back as if nobody had tried']] : []),
    ...(drained.dead > 0 ? [[count(drained.dead), 'given up on: mh-sf queue list --dead']] : []),
  ]
  return [
    `The queue: ${plural(drained.batches, 'batch', 'batches')}, ${plural(drained.calls, 'API call')}`,
    '',
    table(rows, [7]),
    '',
    `Left: ${leftText(left)}`,
    ...(runs.length > 0 ? [`Written down in run ${runs.join(', ')}`] : []),
  ].join('\n')
}

const OUTCOMES: [keyof Drained['outcomes'], string][] = [
  ['contact', 'as a Contact'],
  ['lead', 'as a Lead'],
  ['not_found', 'not in Salesforce'],
  ['parked', 'parked for you: mh-sf review list'],
  ['malformed', 'parked: the address is not usable'],
  ['opted_out', 'opted out: nobody was asked'],
]

/** How a queue stands, in a few words. */
export function leftText({ due, pausing, claimed, dead }: QueueStats): string {
  const told = [
    ...(due > 0 ? [`${count(due)} due`] : []),
    ...(pausing > 0 ? [`${count(pausing)} pausing after a failure`] : []),
    ...(claimed > 0 ? [`${count(claimed)} with a worker`] : []),
    ...(dead > 0 ? [`${count(dead)} given up on`] : []),
  ]
  return told.length > 0 ? told.join(', ') : 'nobody'
}

export function workedJson({ drained, swept, runs, left, stopped }: Worked): object {
  return { ...drained, people: servedIn(drained), swept, runs, queue: left, ...(stopped ? errorJson(stopped) : {}) }
}
