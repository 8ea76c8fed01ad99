/** U+2028 and U+2029 end a line for some; tags (U+E0000) say things that nobody sees. */
const CONTROL_OR_BIDI =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Text from a CRM or a platform as it may be shown on a terminal: control and bidi characters could rewrite the screen. */
export function printable(text: string): string {
  return text.replace(CONTROL_OR_BIDI, '')
}

/** The same of a text of several lines, which may have tabs. */
export function printableLines(text: string): string {
  return text.replace(CONTROL_OR_BIDI, (character) => (/[\n\r\t]/u.test(character) ? character : ''))
}

/** A value as JSON that a terminal may be shown: it says the same, and what JSON itself leaves as it is (C1, bidi) is escaped. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(CONTROL_OR_BIDI, escaped)
}

/** Line ends are JSON's own here: inside of texts it has escaped them. */
function escaped(character: string): string {
  if (character === '\n') return character
  return Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join('')
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}

/** A count with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A share in percent to a tenth. It is 100 % of all only, and 0 % of none only. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1_000)
  const told = share < 1 && tenths >= 1_000 ? 999 : share > 0 && tenths === 0 ? 1 : tenths
  return `${told / 10} %`
}

/** A count with its noun: "1 person", "2 people". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Names in lines of 80 columns, each begun with `indent`. */
export function listed(names: readonly string[], indent: string): string {
  const lines = names.reduce<string[]>((done, name) => {
    const last = done.at(-1)
    const joined = `${last ?? ''}, ${printable(name)}`
    if (last !== undefined && indent.length + joined.length < 80) return [...done.slice(0, -1), joined]
    return [...done.slice(0, -1), ...(last === undefined ? [] : [`${last},`]), printable(name)]
  }, [])
  return lines.map((line) => `\n${indent}${line}`).join('')
}
