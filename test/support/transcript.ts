import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { User } from './cli.js'

const ROOT = join(import.meta.dirname, '../..')
/** Whose pages they are. */
const ADA = '/home/ada'

/** What a page in docs shows for a command: its block from the line of the command to the next one, or to its end. */
export function transcript(page: string, command: string): string {
  const blocks = readFileSync(join(ROOT, page), 'utf8')
    .split(/```console\n/u)
    .slice(1)
  for (const block of blocks) {
    const [body = ''] = block.split('\n```')
    const parts = `\n${body}`.split('\n$ ')
    const found = parts.find((part) => part.startsWith(`${command}\n`))
    if (found !== undefined) return found.slice(command.length + 1)
  }
  throw new Error(`${page} shows nothing for: ${command}`)
}

/** Without what differs from run to run, and without white space: where a line is broken depends on the length of a path. */
export function squeezed(text: string, user?: User): string {
  const told = user === undefined ? text : asAda(text.replace(/\s+/gu, ''), user)
  return told
    .replace(/\s+/gu, '')
    .replace(',juststarted', '')
    .replace(/(?<=127\.0\.0\.1:)\d+/gu, '0')
    .replace(/(?<=version)\d+\.\d+\.\d+/gu, 'N')
    .replace(/[\d,]+(?=MBarefree)/gu, 'N')
    .replace(/(?<=agreeto)\d+(?=s)/gu, 'N')
    .replace(/[\d,]+(?=of100,000of24hours)|[\d,]+(?=areleftforruns)/gu, 'N')
    .replace(/'\/[^']*\/(?:node|run\.js)'/gu, "'PATH'")
    .replace(/(?<=at)\d\d:\d\d\S*?\.Twonights/gu, 'T.Twonights')
}

/** As if the user of a test were the one of the pages. */
function asAda(text: string, { home }: User): string {
  return text
    .replaceAll(join(home, 'data'), `${ADA}/.local/share`)
    .replaceAll(join(home, 'cache'), `${ADA}/.cache`)
    .replaceAll(home, `${ADA}/practice`)
}
