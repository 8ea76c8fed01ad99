/** A statement cut at its string literals: what stands between them, and what each of them means. */
export type Piece = { text: string } | { literal: string }

const ESCAPES: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
}

/**
 * Reads a statement as an org does (soql.md §2): single quotes only, a closed set of escapes, and a backslash before
 * anything else is an error, as is a literal without an end. Written for tests alone, from the reference and not from
 * the code that writes literals.
 */
export function lex(statement: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < statement.length) {
    const quote = statement.indexOf("'", at)
    const end = quote === -1 ? statement.length : quote
    if (end > at) pieces.push({ text: statement.slice(at, end) })
    if (quote === -1) break
    const literal = readLiteral(statement, quote + 1)
    pieces.push({ literal: literal.value })
    at = literal.end
  }
  return pieces
}

/** One character of a LIKE pattern: itself, or a wildcard. */
export type PatternPiece = { char: string } | { wildcard: string }

/** The pattern of the one LIKE literal in a statement, its escapes read as LIKE reads them. */
export function lexPattern(literal: string): PatternPiece[] {
  if (!literal.startsWith("'")) throw new Error('a literal begins with a quote')
  const { units, end } = readUnits(literal, 1, true)
  if (end !== literal.length) throw new Error('the literal ends early')
  return units
}

function readLiteral(statement: string, start: number): { value: string; end: number } {
  const { units, end } = readUnits(statement, start, false)
  return { value: units.map((unit) => ('char' in unit ? unit.char : unit.wildcard)).join(''), end }
}

function readUnits(statement: string, start: number, like: boolean): { units: PatternPiece[]; end: number } {
  const units: PatternPiece[] = []
  for (let at = start; at < statement.length; at += 1) {
    const char = statement.charAt(at)
    if (char === "'") return { units, end: at + 1 }
    if (char === '\n' || char === '\r' || char === '\u0000') throw new Error(`raw ${JSON.stringify(char)} in a literal`)
    if (char === '\\') {
      const { meaning, length } = readEscape(statement, at + 1, like)
      units.push({ char: meaning })
      at += length
    } else units.push(like && (char === '%' || char === '_') ? { wildcard: char } : { char })
  }
  throw new Error('a literal without an end')
}

function readEscape(statement: string, at: number, like: boolean): { meaning: string; length: number } {
  const char = statement.charAt(at)
  if (like && (char === '%' || char === '_')) return { meaning: char, length: 1 }
  const [, hex] = /^u([0-9a-fA-F]{4})/u.exec(statement.slice(at, at + 5)) ?? []
  if (hex !== undefined) return { meaning: String.fromCharCode(parseInt(hex, 16)), length: 5 }
  const meaning = ESCAPES[/[NRTBF]/u.test(char) ? char.toLowerCase() : char]
  if (meaning === undefined) throw new Error(`a backslash before ${JSON.stringify(char)}`)
  return { meaning, length: 1 }
}
