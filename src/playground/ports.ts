import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlaygroundError } from './playground-error.js'
import { writePrivately } from './state.js'

/** The ports of a playground on loopback. */
export interface Ports {
  org: number
  mongo: number
}

/**
 * The ports that the last playground of a directory had, so that the next one is found where clients logged in; none if
 * it had none, or somebody else wrote the file.
 */
export function lastPorts(dir: string): Partial<Ports> {
  try {
    const ports = JSON.parse(readFileSync(file(dir), 'utf8')) as Partial<Record<keyof Ports, unknown>>
    return { ...portOf('org', ports.org), ...portOf('mongo', ports.mongo) }
  } catch {
    return {}
  }
}

export function rememberPorts(dir: string, ports: Partial<Ports>): void {
  writePrivately(file(dir), `${JSON.stringify({ ...lastPorts(dir), ...ports })}\n`)
}

/**
 * Starts something on the port that was asked for, and on no other; or, if none was, on the last one where that is free
 * and else on any. Throws a PlaygroundError for a port that was asked for and is taken.
 */
export async function onPort<T>(
  asked: number | undefined,
  last: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const wanted = asked ?? last ?? 0
  try {
    return await start(wanted)
  } catch (error) {
    if (!isTaken(error) || wanted === 0) throw error
    if (asked === undefined) return start(0)
    const fix = 'Choose another, or leave it out to get the same free one each time.'
    throw new PlaygroundError('port taken', `another program has port ${asked}`, fix)
  }
}

function portOf(name: keyof Ports, port: unknown): Partial<Ports> {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536 ? { [name]: Number(port) } : {}
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
}

function file(dir: string): string {
  return join(dir, 'ports.json')
}
