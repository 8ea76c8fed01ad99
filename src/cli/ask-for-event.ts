import type { App } from '../app/app.js'
import { eventLabel } from '../domain/event.js'
import { MhError } from '../errors.js'
import { listEvents } from '../mongo/events.js'

/** The event's id, chosen from a list. Only a terminal is asked (product.md §9); elsewhere it is a usage error. */
export async function askForEvent(app: App): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MhError('USAGE', 'Which event?', 'Give --event NAME, or --all for every event.')
  }
  const events = await listEvents(await app.database())
  if (events.length === 0) throw await (await app.database()).looksWrong()
  const { default: inquirer } = await import('inquirer')
  const choices = events.map((event) => ({
    name: `${eventLabel(event)}${event.status ? `, ${event.status}` : ''}`,
    value: event.id,
  }))
  const questions = [{ type: 'select' as const, name: 'event', message: 'Which event?', choices }]
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const { event } = await prompt<{ event: string }>(questions).catch(() => {
    throw new MhError('INTERRUPTED', 'No event was chosen.', 'Give --event NAME, or --all for every event.')
  })
  return event
}
