import { join } from 'node:path'
import { MhError } from '../errors.js'
import {
  ensurePlayground,
  PlaygroundError,
  type LaunchOptions,
  type Launched,
  type PlaygroundState,
} from '../playground/launch.js'

/** Records between two lines about the loading. */
const TOLD_EVERY = 100_000

/** The directory of the playground: one a user. */
export function playgroundDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'playground')
}

/** The playground for `--playground`: the one that runs, or a new one. Says on stderr that it is one. */
export async function openPlayground(dataDirectory: string, tell: (line: string) => void): Promise<PlaygroundState> {
  const dir = playgroundDirectory(dataDirectory)
  const { state, started } = await foreseen(ensurePlayground({ dir, onProgress: progressTeller(tell) }))
  tell(`Playground: a local practice org and database${started ? ', just started' : ''}`)
  return state
}

/** For a command that needs the database of a playground that has none. */
export function noDatabase(): MhError {
  return new MhError(
    'PLAYGROUND_NO_DATABASE',
    'The playground that runs is an org without a database.',
    'Run `mh-sf playground reset` for one with both.',
  )
}

/** Problems that another flag or directory cures. */
const REFUSED = ['port taken', 'other story', 'unreadable data']

/** The playground's own errors as ours. */
export async function foreseen<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof PlaygroundError)) throw error
    const code = REFUSED.includes(error.problem) ? 'PLAYGROUND_REFUSED' : 'PLAYGROUND_FAILED'
    throw new MhError(code, `The playground: ${error.message}.`, error.hint, { cause: error })
  })
}

/** Says now and then how far a large story is; a small one is there before anybody asks. */
export function progressTeller(tell: (line: string) => void): NonNullable<LaunchOptions['onProgress']> {
  let told = ''
  return ({ loading, loaded }) => {
    const step = Math.floor(loaded / TOLD_EVERY) * TOLD_EVERY
    const line = `Telling the story: ${step.toLocaleString('en-US')} ${loading}`
    if (step > 0 && line !== told) tell(line)
    told = step > 0 ? line : told
  }
}

/** For a person: how other clients reach it. */
export function playgroundText(
  state: PlaygroundState,
  { started, differs }: Pick<Launched, 'started' | 'differs'>,
): string {
  const exports = Object.entries(state.environment).map(([name, value]) => `export ${name}='${value}'`)
  const { data } = state
  const kept = data === undefined ? '' : `\nKept in ${data.path}: records and documents survive even a crash.`
  const how = data?.restored === true ? 'Loaded what was kept' : 'Started'
  const what = `${started ? how : 'Running already'}: ${state.participants.toLocaleString('en-US')} people, seed "${state.seed}".`
  const other = differs ? '\nIt is another than you asked for; `mh-sf playground reset` gives a new one.' : ''
  return `${what}${other}${kept}\nTo reach it with other clients:\n\n${exports.join('\n')}\n\nTo control it: ${controlUrl(state.org.url)}\n`
}

/** Where the control surface of an org answers. */
export function controlUrl(orgUrl: string): string {
  return `${orgUrl}/playground`
}

export function playgroundJson(state: PlaygroundState): object {
  const { pid, startedAt, participants, seed, data, org, environment } = state
  return { pid, startedAt, participants, seed, ...(data && { data }), controlUrl: controlUrl(org.url), environment }
}
