import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * When a process was born, as a text that only ever says the same for the same process; undefined if none runs under
 * this id, or only what is left of one that nobody has waited for. Process ids come back, births do not.
 */
export async function processBirth(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

async function fromProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may contain anything; what follows it are numbered fields.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return isOver(fields[0]) ? undefined : fields[19]
  } catch {
    return undefined
  }
}

async function fromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { LC_ALL: 'C', TZ: 'UTC' } })
    const [, state, birth] = /^(\S+)\s+(\S.*)$/u.exec(stdout.trim()) ?? []
    return isOver(state) ? undefined : birth
  } catch {
    return undefined
  }
}

function isOver(state: string | undefined): boolean {
  return state === undefined || state.startsWith('Z') || state.startsWith('X')
}
