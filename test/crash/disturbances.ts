import type { Boundary } from './boundary.js'
import type { Disturbance } from './trial.js'

const KINDS = ['before', 'after'] as const
const isAt = (side: Boundary['side'], moment: Boundary['moment']) => (boundary: Boundary) =>
  boundary.side === side && boundary.moment === moment
/** Requests that write rows: only these can meet a lock. */
const WRITES = /^(?:POST|PATCH) \/(?:composite\/sobjects|jobs\/ingest)/u
/** So many writing requests meet locks. */
const STORM = 3

/** The process is killed: the only one that it does not survive. */
export const KILL: Disturbance = { name: 'kill', fits: () => true }

/** What the world does, and the process goes on or ends by itself. */
export const FAULTS: readonly Disturbance[] = [
  { name: 'lost request', fits: isAt('org', 'before'), act: () => ({ kind: 'drop' }) },
  { name: 'lost reply', fits: isAt('org', 'after'), act: () => ({ kind: 'drop' }) },
  { name: 'cut body', fits: isAt('org', 'after'), act: () => ({ kind: 'cut', share: 0.5 }) },
  {
    name: 'expired session',
    fits: isAt('org', 'before'),
    act: ({ scene }) => {
      scene.org.expireSessions()
      return undefined
    },
  },
  ...KINDS.map((moment): Disturbance => ({
    name: `503 ${moment}`,
    fits: isAt('org', moment),
    act: () => ({ kind: 'page', status: 503 }),
  })),
  {
    name: 'locks',
    fits: (boundary) => isAt('org', 'before')(boundary) && WRITES.test(boundary.what),
    act: ({ scene }) => {
      const effect = { kind: 'lock', share: 1 } as const
      scene.org.arm({ method: 'POST', path: '/services/data/*/composite/sobjects', times: STORM, effect })
      scene.org.arm({ method: 'PATCH', path: '/services/data/*/composite/sobjects', times: STORM, effect })
      scene.org.arm({ method: 'PATCH', path: '/services/data/*/jobs/ingest/*', times: STORM, effect })
      return undefined
    },
  },
  ...KINDS.map((moment): Disturbance => ({
    name: `connection ${moment}`,
    fits: isAt('database', moment),
    act: () => ({ kind: 'drop' }),
  })),
  ...KINDS.map((moment): Disturbance => ({
    name: `database away ${moment}`,
    fits: isAt('database', moment),
    act: () => ({ kind: 'away' }),
    patienceMs: 1_000,
  })),
]
