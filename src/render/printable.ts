const CONTROL_OR_BIDI = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text from a CRM or a platform as it may be shown on a terminal: control and bidi characters could rewrite the screen. */
export function printable(text: string): string {
  return text.replace(CONTROL_OR_BIDI, '')
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
