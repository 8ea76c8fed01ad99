import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { aUser, type User } from '../support/cli.js'
import { ENTER } from '../support/redrawn-terminal.js'
import { conversation, EDIT } from './conversation.js'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = join(ROOT, 'docs/first-half-hour.md')
const ADA = '/home/ada'

/** Writes what the page shows anew: npm run first-half-hour. Names are as long as those on the page, so lines break where they do there. */
export async function main(): Promise<number> {
  const scratch = mkdtempSync('/tmp/a')
  const home = join(dirname(scratch), scratch.slice(-4).padStart(ADA.length - '/tmp/'.length, 'a'))
  renameSync(scratch, home)
  const practice = join(home, 'practice')
  mkdirSync(practice)
  const environment = {
    HOME: home,
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
  }
  const user: User = { ...aUser(environment), home: practice }
  const run = (...args: string[]) =>
    execa(process.execPath, [join(ROOT, 'bin/run.js'), ...args], {
      cwd: practice,
      env: { PATH: process.env.PATH ?? '', ...environment },
      extendEnv: false,
      reject: false,
    })
  try {
    const terminal = await conversation(user)
    terminal.type(ENTER)
    await terminal.ended
    const file = readFileSync(join(practice, 'mh-sf.config.json'), 'utf8')
    const { stdout, stderr } = await run(...EDIT)
    const asOnPage = (text: string) =>
      text.replaceAll(home, ADA).replaceAll(ROOT, '/usr/lib/node_modules/mh-sf').trimEnd()
    const page = [
      ['mh-sf config init --playground', terminal.screen()] as const,
      ['cat mh-sf.config.json', file] as const,
      [`mh-sf ${EDIT.join(' ')}`, `${stderr}\n${stdout}`] as const,
    ].reduce((text, [command, shown]) => withBlock(text, command, asOnPage(shown)), readFileSync(PAGE, 'utf8'))
    writeFileSync(PAGE, page)
    return 0
  } finally {
    await run('playground', 'stop')
    rmSync(home, { recursive: true, force: true })
  }
}

function withBlock(page: string, command: string, shown: string): string {
  const begin = `\`\`\`console\n$ ${command}\n`
  const [before = '', after = ''] = page.split(begin)
  return `${before}${begin}${shown}${after.slice(after.indexOf('\n```'))}`
}
