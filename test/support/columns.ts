/** Columns that a terminal gives to a line: two for each wide letter, none for a combining mark. */
export function columnsOf(line: string): number {
  const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u
  let columns = 0
  for (const letter of line) columns += /\p{M}/u.test(letter) ? 0 : wide.test(letter) ? 2 : 1
  return columns
}

/** The widest line of a text. */
export function widthOf(text: string): number {
  return Math.max(...text.split('\n').map(columnsOf))
}

/** A text as one line, so that a test can look for words whatever the wrapping. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/gu, ' ')
}
