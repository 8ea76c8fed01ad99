import type { ErrorCode } from '../errors.js'

/**
 * Failures of a batch that what stands in one person's document or record may be the reason of: the org refuses what is asked about them,
 * it cannot be asked, or what comes back was foreseen by nobody.
 */
const BY_DATA = new Set<ErrorCode>(['SF_REFUSED_REQUEST', 'SOQL_VALUE', 'UNEXPECTED'])
/** Of one batch. That so many people are each for themselves at odds with the org has another reason. */
export const REFUSED_AT_MOST = 10

/** Whether it is worth asking about nobody in particular, to see if the org refuses that as well. */
export function mayBeData(code: ErrorCode): boolean {
  return BY_DATA.has(code)
}

/** How a batch, or a part of one, failed. */
export interface PartFailure {
  code: ErrorCode
  /** How many were asked for. */
  people: number
  /** Whether the org answers when it is asked about somebody else. */
  answersOthers: boolean
  /** Of the whole batch: who was refused alone until now. */
  refused: number
}

/**
 * What to do then. `halves`: the same with each half, so that of 200 people one is found with some 16 calls. `refused`: it is this one
 * person. `everybody`: it is nobody's data; who was not served yet is treated alike.
 */
export function afterPart({ code, people, answersOthers, refused }: PartFailure): 'halves' | 'refused' | 'everybody' {
  if (!mayBeData(code) || !answersOthers || refused >= REFUSED_AT_MOST) return 'everybody'
  return people > 1 ? 'halves' : 'refused'
}

export function halvesOf<T>(people: readonly T[]): [T[], T[]] {
  const half = Math.ceil(people.length / 2)
  return [people.slice(0, half), people.slice(half)]
}
