import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import type { User } from './cli.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')
const [COLUMNS, ROWS] = [80, 40]

/** The built binary on a terminal of its own (script(1) of util-linux makes one), with somebody at its keyboard. */
export interface Terminal {
  /** What has come to the screen, without colours. */
  screen: () => string
  /** Waits until the screen shows this, or the command is over. */
  shows: (text: string) => Promise<void>
  /** Types a line. */
  type: (line: string) => void
  /** Ends with the command's exit code. */
  ended: Promise<number | undefined>
}

/** Starts a command of this user on a terminal. */
export function onTerminal(user: User, ...args: readonly string[]): Terminal {
  const command = [process.execPath, RUN, ...args].map(quoted).join(' ')
  const running = execa('script', ['-qec', `stty cols ${COLUMNS} rows ${ROWS}; exec ${command}`, '/dev/null'], {
    cwd: user.home,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: user.home,
      TERM: 'xterm',
      XDG_DATA_HOME: join(user.home, 'data'),
      XDG_CACHE_HOME: join(user.home, 'cache'),
      ...user.environment,
    },
    extendEnv: false,
    reject: false,
    stdin: 'pipe',
    buffer: false,
  })
  let screen = ''
  let isOver = false
  const waiting = new Set<() => void>()
  const look = () => {
    for (const each of waiting) each()
  }
  running.stdout.on('data', (piece: Buffer) => {
    screen += piece.toString('utf8')
    look()
  })
  const ended = running.then(({ exitCode }) => {
    isOver = true
    look()
    return exitCode
  })
  const shown = () => stripVTControlCharacters(screen).replaceAll('\r\n', '\n')
  return {
    screen: shown,
    type: (line) => running.stdin.write(`${line}\r`),
    ended,
    shows: (text) =>
      new Promise((resolve) => {
        const check = () => {
          if (!isOver && !shown().includes(text)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
