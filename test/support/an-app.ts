import { join } from 'node:path'
import { App } from '../../src/app/app.js'
import { loadSettings } from '../../src/app/settings.js'
import { systemClock, type Clock } from '../../src/clock.js'
import type { User } from './cli.js'

/** What a command of this user would open, in this process; a command a test need not start costs it nothing. */
export async function anApp(user: User, command: string, clock: Clock = systemClock): Promise<App> {
  const environment = {
    MH_SF_SECRET_STORE: 'file',
    ...user.environment,
    SF_PRIVATE_KEY_PATH: join(user.home, 'server.key'),
  }
  const directories = { data: join(user.home, 'data/mh-sf'), cache: join(user.home, 'cache/mh-sf') }
  const who = { command, arguments: [], user: 'ada', host: 'here', pid: process.pid, version: '1' }
  const settings = await loadSettings(environment, user.home)
  return new App(settings, directories, clock, new AbortController().signal, who)
}
