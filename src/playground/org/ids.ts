const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Characters four to six name the instance; nothing may be read from them (rest.md §10). */
const POD = '5e0'
const SHAPE = /^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/

/**
 * The three characters that make an id safe in case-insensitive stores: one for each group of five, of which bit i is
 * set when character i is a capital letter (rest.md §10).
 */
export function checksum(id15: string): string {
  let suffix = ''
  for (let group = 0; group < 15; group += 5) {
    let bits = 0
    for (let i = 0; i < 5; i++) {
      if (isCapital(id15.charCodeAt(group + i))) bits |= 1 << i
    }
    suffix += CHECKSUM.charAt(bits)
  }
  return suffix
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90
}

/** The 18-character form of an id of 15 or 18 characters; undefined when it is malformed or its checksum is wrong. */
export function toId18(id: string): string | undefined {
  if (!SHAPE.test(id)) return undefined
  const id15 = id.slice(0, 15)
  if (id.length === 15) return id15 + checksum(id15)
  const suffix = checksum(id15)
  if (id.endsWith(suffix)) return id
  // Case-insensitive stores may have changed the suffix, which carries no case of its own.
  return id.slice(15).toUpperCase() === suffix ? id15 + suffix : undefined
}

/** The value of each digit by its character code. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, BASE62.indexOf(String.fromCharCode(code))))

/** The n of an id that `composeId` made; 0 for one of another pod. */
export function ordinalOf(id: string): number {
  if (!id.startsWith(POD, 3)) return 0
  let n = 0
  for (let at = 6; at < 15; at++) n = n * 62 + (VALUES[id.charCodeAt(at)] ?? 0)
  return n
}

/** An id in the making. Made of bytes and not of pieces of text, it takes less memory for as long as its record lives. */
const MAKING = Buffer.alloc(18)

function capitals(id: Buffer, from: number): number {
  let bits = 0
  for (let i = 0; i < 5; i++) if (isCapital(id[from + i] ?? 0)) bits |= 1 << i
  return bits
}

/** The n-th id of a prefix, 18 characters; ids ascend with n in the org's own order (case-sensitive ASCII). */
export function composeId(prefix: string, n: number): string {
  for (let at = 0; at < 3; at++) MAKING[at] = prefix.charCodeAt(at)
  for (let at = 0; at < 3; at++) MAKING[at + 3] = POD.charCodeAt(at)
  let rest = n
  for (let at = 14; at >= 6; at--) {
    MAKING[at] = BASE62.charCodeAt(rest % 62)
    rest = Math.floor(rest / 62)
  }
  for (let group = 0; group < 3; group++) MAKING[group + 15] = CHECKSUM.charCodeAt(capitals(MAKING, 5 * group))
  return MAKING.toString('latin1')
}

/** The number an id was composed from. */
export function serialOf(id: string): number {
  return Array.from(id.slice(6, 15)).reduce((sum, digit) => sum * 62 + BASE62.indexOf(digit), 0)
}
