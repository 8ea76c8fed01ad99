import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import xterm from '@xterm/headless'
import type { User } from './cli.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')
const ROWS = 250

/** Whether this machine has util-linux's `script`, which gives a process a terminal. */
export const HAS_TERMINALS = spawnSync('script', ['--version'], { encoding: 'utf8' }).status === 0

/** A command at a terminal of 80 columns that draws what it is told: questions are drawn anew with each key. */
export interface AtTerminal {
  /** What stands on the screen, as somebody sees it. */
  screen: () => string
  /** Waits until this stands there for the time that is given by what was typed before. */
  until: (text: string) => Promise<void>
  type: (keys: string) => void
  /** Its exit code. */
  ended: Promise<number | null>
}

export const ENTER = '\r'
export const DOWN = '\u001b[B'
export const CONTROL_C = '\u0003'

/** Runs the built binary at a terminal. */
export function atTerminal(user: User, ...args: string[]): AtTerminal {
  const terminal = new xterm.Terminal({ cols: 80, rows: ROWS, allowProposedApi: true, convertEol: false })
  const words = [process.execPath, RUN, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', `stty cols 80 rows ${ROWS}; exec ${words}`, '/dev/null'], {
    cwd: user.home,
    env: {
      ...{ PATH: process.env.PATH, HOME: user.home, TERM: 'xterm', NO_COLOR: '1' },
      ...{ XDG_DATA_HOME: join(user.home, 'data'), XDG_CACHE_HOME: join(user.home, 'cache') },
      ...user.environment,
    },
  })
  const waiting = new Set<() => void>()
  const screen = () => {
    const { active } = terminal.buffer
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '')
    return lines.join('\n').trimEnd()
  }
  child.stdout.on('data', (data: Buffer) => {
    terminal.write(data, () => {
      for (const look of waiting) look()
    })
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!screen().includes(text)) return
        waiting.delete(look)
        resolve()
      }
      void ended.then(() => {
        reject(new Error(`it ended before it said "${text}":\n${screen()}`))
      })
      waiting.add(look)
      look()
    })
  return { screen, until, type: (keys) => child.stdin.write(keys), ended }
}
