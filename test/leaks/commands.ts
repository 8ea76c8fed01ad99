import { join } from 'node:path'

/** What commands are given: ids of the marked person and of what was made about them. */
export interface Facts {
  directory: string
  participant: string
  address: string
  run: string
  plan: string
  /** Counts up, so that each file is a new one. */
  fresh: () => string
}

export interface Tried {
  /** Its id, as `oclif.manifest.json` has it. */
  id: string
  words: (facts: Facts) => string[]
  /** On its stdin. */
  input?: (facts: Facts) => string
  /** Shows who was asked about, to whoever asked for this person. */
  names?: true
  /** A file that holds the person, or what is to be done about them, for its owner alone. */
  writes?: RegExp
  /** Ends only when it is told to: as soon as it has said this on stderr. */
  until?: RegExp
}

const SPRING = ['--event', 'spring-2026']

function plain(id: string, ...flags: string[]): Tried {
  return { id, words: () => [...id.split(':'), ...flags] }
}

/** Every command but those of the playground, which holds nobody's data. */
export const COMMANDS: readonly Tried[] = [
  plain('alerts:ack', 'nights', '--for', '1h'),
  plain('alerts:check'),
  plain('alerts:list'),
  plain('alerts:test'),
  { id: 'apply', words: ({ plan }) => ['apply', plan] },
  plain('auth:list'),
  plain('auth:login'),
  plain('auth:logout'),
  plain('auth:status'),
  plain('backfill', '--all', '--force', '--create-leads'),
  plain('backfill', '--all', '--via', 'bulk'),
  plain('campaign:create', ...SPRING),
  plain('campaign:list'),
  plain('campaign:list', '--csv'),
  plain('campaign:push', ...SPRING, '--via', 'bulk'),
  plain('campaign:show', ...SPRING),
  plain('campaign:sync', ...SPRING, '--create-leads', '--correct'),
  { ...plain('config:init', '--yes'), writes: /\.env\.local$/u },
  plain('config:show'),
  plain('config:show', '--data-flow'),
  plain('config:validate'),
  plain('contact:push', ...SPRING),
  { ...plain('dashboard'), until: /http:\/\/\S+/u },
  plain('doctor'),
  plain('errors'),
  plain('errors', '--csv'),
  { id: 'explain', words: ({ participant }) => ['explain', participant], names: true },
  { id: 'history', words: ({ participant }) => ['history', participant], names: true },
  { id: 'history', words: ({ participant }) => ['history', participant, '--csv'], names: true },
  { id: 'lookup', words: () => ['lookup', '-', '--refresh'], input: ({ address }) => address, names: true },
  { id: 'lookup', words: () => ['lookup', '-', '--save'], input: ({ address }) => address, names: true },
  plain('nightly'),
  plain('nightly:schedule'),
  {
    id: 'plan:campaign:sync',
    words: ({ fresh }) => ['plan', 'campaign', 'sync', ...SPRING, '--out', `${fresh()}.plan`],
    writes: /\.plan$/u,
  },
  plain('privacy:audit'),
  {
    id: 'privacy:export',
    words: ({ participant, fresh }) => ['privacy', 'export', participant, '--out', `${fresh()}.copy`],
    writes: /\.copy$/u,
  },
  {
    id: 'privacy:forget',
    words: ({ participant, fresh }) => [
      'privacy',
      'forget',
      participant,
      '--dry-run',
      '--receipt',
      `${fresh()}.receipt`,
    ],
  },
  { id: 'privacy:opt-out', words: ({ participant }) => ['privacy', 'opt-out', participant] },
  { id: 'privacy:opt-in', words: ({ participant }) => ['privacy', 'opt-in', participant] },
  { id: 'queue:retry', words: ({ participant }) => ['queue', 'retry', '--person', participant] },
  plain('queue:list'),
  plain('queue:stats'),
  { id: 'queue:drop', words: ({ participant }) => ['queue', 'drop', '--person', participant, '--dry-run'] },
  plain('quota'),
  { id: 'report:weekly', words: ({ fresh }) => ['report', 'weekly', '--out', `${fresh()}.html`] },
  plain('report:weekly', '--send'),
  plain('retry'),
  plain('review:list'),
  { id: 'review:show', words: ({ participant }) => ['review', 'show', participant], names: true },
  { id: 'review:resolve', words: ({ participant }) => ['review', 'resolve', participant, '--nobody'] },
  { id: 'review:resolve', words: ({ participant }) => ['review', 'resolve', participant, '--forget'] },
  plain('runs:list'),
  { id: 'runs:resume', words: ({ run }) => ['runs', 'resume', run] },
  { id: 'runs:show', words: ({ run }) => ['runs', 'show', run, '--lines', '1000'] },
  { id: 'runs:show', words: ({ run }) => ['runs', 'show', run, '--csv'] },
  { id: 'runs:undo', words: ({ run }) => ['runs', 'undo', run, '--dry-run'] },
  plain('schema:check'),
  { id: 'schema:export', words: ({ fresh }) => ['schema', 'export', '--all', '--out', fresh()] },
  plain('status'),
  plain('status', '--prometheus'),
  plain('verify', ...SPRING),
  plain('worker', '--once', '--log', 'json'),
]

/** Those that say what they did as a document too. */
export function asJson(tried: Tried): Tried {
  return { ...tried, words: (facts) => [...tried.words(facts), '--json'] }
}

export function isWholeTable(ids: readonly string[]): boolean {
  const known = new Set(COMMANDS.map(({ id }) => id))
  return ids.every((id) => id.startsWith('playground') || known.has(id))
}

export function freshIn(directory: string): () => string {
  let count = 0
  return () => join(directory, `file-${(count += 1)}`)
}
