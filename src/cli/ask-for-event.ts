import type { App } from '../app/app.js'
import { eventLabel } from '../domain/event.js'
import { MhError } from '../errors.js'
import { listEvents } from '../mongo/events.js'

const NAME_IT = 'Give --event NAME.'

/** Only a terminal is asked (product.md §9); elsewhere an event that is not named is a usage error. `hint` says which flags would do. */
export function requireTerminal(hint = NAME_IT): void {
  if (process.stdin.isTTY && process.stderr.isTTY) return
  throw new MhError('USAGE', 'Which event?', hint)
}

/** The event that was given, or on a terminal the one that is chosen. */
export async function givenEvent(app: App, typed: string | undefined): Promise<string> {
  if (typed !== undefined) return typed
  requireTerminal()
  app.require('mongo')
  return askForEvent(app)
}

/** The event's id, chosen from a list. `hint` says which flags would do. */
export async function askForEvent(app: App, hint = NAME_IT): Promise<string> {
  const events = await listEvents(await app.database())
  if (events.length === 0) throw await (await app.database()).looksWrong()
  const { default: inquirer } = await import('inquirer')
  const choices = events.map((event) => ({
    name: `${eventLabel(event)}${event.status ? `, ${event.status}` : ''}`,
    value: event.id,
  }))
  const questions = [{ type: 'select' as const, name: 'event', message: 'Which event?', choices, pageSize: 15 }]
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const { event } = await prompt<{ event: string }>(questions).catch(() => {
    throw new MhError('INTERRUPTED', 'No event was chosen.', hint)
  })
  app.noteAnswer('--event', event)
  return event
}
