import { type Document } from 'bson'
import { type Operation } from './operation.js'

/** Whether a stream still shows what is being looked for. */
export type Fails = (stream: readonly Operation[]) => Promise<boolean>

/**
 * Makes a failing stream small: leaves out operations, many at once and then single ones, and then parts of the
 * commands that are left, for as long as the stream still fails.
 */
export async function shrink(stream: readonly Operation[], fails: Fails): Promise<Operation[]> {
  let smallest = await fewer([...stream], fails)
  for (let at = 0; at < smallest.length; at++) smallest = await simpler(smallest, at, fails)
  return smallest
}

async function fewer(stream: Operation[], fails: Fails): Promise<Operation[]> {
  let left = stream
  for (let size = Math.ceil(left.length / 2); ; size = Math.ceil(size / 2)) {
    for (let end = left.length; end > 0; end -= size) {
      const candidate = [...left.slice(0, Math.max(end - size, 0)), ...left.slice(end)]
      if (candidate.length > 0 && (await fails(candidate))) left = candidate
    }
    if (size === 1) return left
  }
}

/** Leaves out one part of the command after the other. */
async function simpler(stream: Operation[], at: number, fails: Fails): Promise<Operation[]> {
  const left = stream
  for (let tried = 0; ;) {
    const operation = left[at]
    if (!operation) return left
    const commands = [...without(operation.command)]
    const candidate = commands[tried]
    if (!isPlain(candidate)) return left
    const next = left.with(at, { ...operation, command: candidate })
    if (await fails(next)) left[at] = next[at] ?? operation
    else tried++
  }
}

/**
 * A value with one part left out, for each part that it has, the large ones first. The first field of a command stays,
 * and every `_id`: the servers would make up different ones.
 */
function* without(value: unknown, isCommand = true): Generator {
  if (Array.isArray(value)) {
    for (const i of value.keys()) if (value.length > 1) yield value.toSpliced(i, 1)
    for (const [i, item] of value.entries()) for (const less of without(item, false)) yield value.with(i, less)
  } else if (isPlain(value)) {
    const entries = Object.entries(value)
    for (const [name] of entries.slice(isCommand ? 1 : 0)) {
      if (name === '_id') continue
      yield Object.fromEntries(entries.filter(([other]) => other !== name))
    }
    for (const [name, field] of entries) for (const less of without(field, false)) yield { ...value, [name]: less }
  }
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
