import { text } from 'node:stream/consumers'
import { MhError } from '../errors.js'
import type { LoginTools, Question } from './run-login.js'

/** How `auth login` speaks with the person at this terminal, or with what is piped in. */
export function loginTools(tell: (line: string) => void): LoginTools {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY
  return { tell, openBrowser, stdin: () => text(process.stdin), ...(isTerminal ? { ask } : {}) }
}

/** Whether one opens is not known, so the address is always told as well. */
async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open')
  const child = await open(url).catch(() => undefined)
  child?.on('error', () => undefined)
}

async function ask({ message, isSecret = false, choices, default: usual }: Question): Promise<string> {
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const common = { name: 'answer', message }
  const question = choices
    ? { ...common, type: 'select' as const, choices: [...choices] }
    : isSecret
      ? { ...common, type: 'password' as const }
      : { ...common, type: 'input' as const, ...(usual === undefined ? {} : { default: usual }) }
  const { answer } = await prompt<{ answer: string }>([question]).catch(() => {
    throw new MhError('INTERRUPTED', 'Nothing was answered, so nobody was logged in.')
  })
  return answer.trim()
}
