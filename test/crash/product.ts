import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { App } from '../../src/app/app.js'
import { loadSettings } from '../../src/app/settings.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runContactPush } from '../../src/cli/run-contact-push.js'
import { runForget } from '../../src/cli/run-forget.js'
import { systemClock } from '../../src/clock.js'
import { MhError } from '../../src/errors.js'
import type { Running, User } from '../support/cli.js'

/** A command of the product: as it is typed, and as it is run in this process. */
export interface Command {
  name: string
  args: readonly string[]
  run: (app: App) => Promise<Ended>
}

/** How a command ended. */
export interface Ended {
  /** The code of the error that ended it, if one did. */
  code?: string
  exitCode: number
  /** Somebody else's claim kept it from making a Lead: it is given up after twenty minutes. */
  waitsForClaim?: boolean
}

/** How the code of an error begins that nobody foresaw. */
export const UNEXPECTED = 'UNEXPECTED'

/** So many times faster than its own patience: pauses are no boundaries. */
const HASTE = 50
const HASTY = pathToFileURL(join(import.meta.dirname, 'hasty-clock.js')).href
/** For the environment of the built binary: it hurries as well. */
export const IN_HASTE = { NODE_OPTIONS: `--import=${HASTY}` }

const COMMON = { 'dry-run': false, quiet: true }

export function backfill(event: string): Command {
  return {
    name: 'backfill',
    args: ['backfill', '--event', event, '--create-leads'],
    run: async (app) => {
      const flags = { ...COMMON, event, all: false, via: 'auto', force: false, 'create-leads': true } as const
      const { result, exitCode } = await runBackfill(app, flags)
      return { code: result.stopped?.code, exitCode, waitsForClaim: waits(result.leads?.leftOut) }
    },
  }
}

export function campaignSync(event: string, via: 'auto' | 'bulk' = 'auto'): Command {
  return {
    name: via === 'bulk' ? 'sync by jobs' : 'sync',
    args: ['campaign', 'sync', '--event', event, '--via', via],
    run: async (app) => {
      const { result, exitCode } = await runCampaignSync(app, 'sync', { ...COMMON, event, correct: false, via })
      return { code: result.stopped?.code, exitCode }
    },
  }
}

export function contactPush(event: string): Command {
  return {
    name: 'contact push',
    args: ['contact', 'push', '--event', event],
    run: async (app) => {
      const { result, exitCode } = await runContactPush(app, { ...COMMON, event, via: 'auto' })
      return { code: result.stopped?.code, exitCode }
    },
  }
}

export function forget(who: string): Command {
  return {
    name: 'forget',
    args: ['privacy', 'forget', who, '--confirm', who, '--recycle-bin'],
    run: async (app) => {
      const flags = { 'dry-run': false, confirm: who, 'recycle-bin': true, quiet: true }
      return { exitCode: (await runForget(app, who, flags, () => undefined)).exitCode }
    },
  }
}

/** Starts the built binary. */
export function startBinary(user: User, { args }: Command): Running {
  return user.start(...args, '--quiet')
}

/**
 * Runs the same in this process, over the same sockets and files: what is not to be killed need not load everything anew.
 * `ahead`: how far the clock of the user's machine is ahead, in milliseconds.
 */
export async function runHere(user: User, command: Command, ahead = 0): Promise<Ended> {
  const settings = await loadSettings(user.environment, user.home)
  const directories = { data: join(user.home, 'data/mh-sf'), cache: join(user.home, 'cache/mh-sf') }
  const clock = {
    ...systemClock,
    now: () => new Date(Date.now() + ahead),
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / HASTE, signal),
  }
  const who = { command: command.name, arguments: [], user: 'ada', host: 'here', pid: process.pid, version: '1' }
  const app = new App(settings, directories, clock, new AbortController().signal, who)
  try {
    return await command.run(app)
  } catch (error) {
    if (error instanceof MhError) return { code: error.code, exitCode: error.exitCode }
    return { code: `${UNEXPECTED} ${String(error)}`, exitCode: 1 }
  } finally {
    await app[Symbol.asyncDispose]()
  }
}

function waits(leftOut: Readonly<Record<string, number>> | undefined): boolean {
  return (leftOut?.['another run is making it'] ?? 0) > 0
}
