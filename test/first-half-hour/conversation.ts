import type { User } from '../support/cli.js'
import { atTerminal, DOWN, ENTER, type AtTerminal } from '../support/redrawn-terminal.js'

/** What is asked before anything is written, and what is typed: a type of Campaign, and for the rest what is offered. */
const QUESTIONS: readonly [asks: string, keys: string][] = [
  ["? Address of the platform's database", ENTER],
  ['? Which database', ENTER],
  ['? How to log in', ENTER],
  ['? Address of the org', ENTER],
  ['? Private key', ENTER],
  ["? Consumer key of the org's app", ENTER],
  ['? Salesforce username', ENTER],
  ['? Type of our Campaigns', DOWN + ENTER],
  ['? Status of members who signed up', ENTER],
  ['? Status of members who did not come', ENTER],
  ['? Status of members who came', ENTER],
  ['? Where consent is recorded', ENTER],
  ["? Share of the org's API calls", ENTER],
  ['? What starts the night every day', ENTER],
]

/** What is typed after the conversation to change one answer. */
export const EDIT = ['config', 'init', '--playground', '--yes', '--quota-share', '0.5', '--schedule', 'none']

/** Somebody who answers all questions on the playground, up to the last one: whether to write it. */
export async function conversation(user: User): Promise<AtTerminal> {
  const terminal = atTerminal(user, 'config', 'init', '--playground')
  for (const [asks, keys] of QUESTIONS) {
    await terminal.until(asks)
    terminal.type(keys)
  }
  await terminal.until('? Write this?')
  return terminal
}
