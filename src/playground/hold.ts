import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { processBirth } from './process-birth.js'

/** A directory held by this process, until it ends or says so. */
export interface Hold {
  release(): void
}

/** A process, told from a later one with the same id. */
export interface Holder {
  pid: number
  birth: string
}

const NAME = /^hold\.(\d+)$/u
const NOBODY: Holder = { pid: 0, birth: '' }

/**
 * Makes this process the only holder of a directory, or names the process that is. A hold ends with its process,
 * however that dies.
 *
 * Holds are numbered files. The one with the highest number counts, whoever takes the directory over makes the next
 * number, which only one can do, and nobody ever removes the highest: so two that find the same dead holder cannot
 * both follow it, and one that was slow to look cannot remove or overtake a living one.
 */
export async function takeHold(dir: string): Promise<{ hold: Hold } | { takenBy: number }> {
  const me: Holder = { pid: process.pid, birth: (await processBirth(process.pid)) ?? '' }
  for (;;) {
    const last = highest(dir)
    const holder = await holderNumbered(dir, last)
    if (holder !== undefined) return { takenBy: holder.pid }
    if (!create(dir, last + 1, me)) continue
    if (highest(dir) === last + 1) return { hold: keep(dir, last + 1) }
    rmSync(file(dir, last + 1), { force: true })
  }
}

/** The process that holds a directory, if one does. */
export function holderOf(dir: string): Promise<Holder | undefined> {
  return holderNumbered(dir, highest(dir))
}

function keep(dir: string, number: number): Hold {
  for (const lower of numbers(dir).filter((each) => each < number)) rmSync(file(dir, lower), { force: true })
  return {
    release() {
      // Without the directory there is nothing left to let go of.
      if (existsSync(dir)) renameSync(write(dir, NOBODY), file(dir, number))
    },
  }
}

/** False if somebody else has just made this number. The file appears with its content, or not at all. */
function create(dir: string, number: number, holder: Holder): boolean {
  const draft = write(dir, holder)
  try {
    linkSync(draft, file(dir, number))
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    unlinkSync(draft)
  }
}

async function holderNumbered(dir: string, number: number): Promise<Holder | undefined> {
  const holder = number === 0 ? undefined : parse(dir, number)
  if (holder === undefined || holder.pid === NOBODY.pid) return undefined
  return (await processBirth(holder.pid)) === holder.birth ? holder : undefined
}

/** What is not written by us, or was cut by a power failure, holds nothing. */
function parse(dir: string, number: number): Holder | undefined {
  try {
    const { pid, birth } = JSON.parse(readFileSync(file(dir, number), 'utf8')) as Partial<Holder>
    return typeof pid === 'number' && typeof birth === 'string' ? { pid, birth } : undefined
  } catch {
    return undefined
  }
}

function write(dir: string, holder: Holder): string {
  const draft = join(dir, `.hold-${randomUUID()}`)
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' })
  return draft
}

function numbers(dir: string): number[] {
  return readdirSync(dir).flatMap((name) => {
    const number = NAME.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })
}

function highest(dir: string): number {
  return Math.max(0, ...numbers(dir))
}

function file(dir: string, number: number): string {
  return join(dir, `hold.${number}`)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
