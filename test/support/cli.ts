import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type ResultPromise } from 'execa'

const RUN = join(import.meta.dirname, '../../bin/run.js')

/** What a finished command left behind. */
export interface Finished {
  stdout: string
  stderr: string
  exitCode: number | undefined
}

/** A command under way: may be signalled, and awaited. */
export type Running = ResultPromise<{ reject: false; stdin: 'ignore' }>

/** A user of this machine: a home of their own, an environment with nothing in it that they did not set. */
export interface User {
  home: string
  environment: Record<string, string>
  /** Runs the built binary without a terminal and waits for its end, whatever it is. */
  run: (...args: string[]) => Promise<Finished>
  /** The same, with something on stdin. */
  pipe: (input: string, ...args: string[]) => Promise<Finished>
  /** Starts it and lets the caller watch. */
  start: (...args: string[]) => Running
  forget: () => void
}

/** A user with these settings in the environment. */
export function aUser(environment: Record<string, string> = {}): User {
  const home = mkdtempSync(join(tmpdir(), 'mh-sf-user-'))
  const settings = {
    cwd: home,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      // Not the keychain of whoever runs the tests.
      MH_SF_SECRET_STORE: 'file',
      ...environment,
    },
    extendEnv: false,
    reject: false as const,
    // Whoever is asked to end does so by itself, or the test tells that it does not.
    forceKillAfterDelay: false as const,
  }
  const start = (...args: string[]) =>
    execa(process.execPath, [RUN, ...args], { ...settings, stdin: 'ignore' as const })
  const pipe = (input: string, ...args: string[]) => execa(process.execPath, [RUN, ...args], { ...settings, input })
  return {
    home,
    environment,
    start,
    run: (...args) => start(...args).then(finished),
    pipe: (input, ...args) => pipe(input, ...args).then(finished),
    forget: () => {
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function finished({ stdout, stderr, exitCode }: { stdout: unknown; stderr: unknown; exitCode?: number }): Finished {
  return { stdout: String(stdout), stderr: String(stderr), exitCode }
}
