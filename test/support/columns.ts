/**
 * Letters that every terminal makes two columns wide: Han, kana, Hangul and full-width forms. Not half-width forms and vowels of Hangul, which
 * are not wide, nor letters of the same scripts that Unicode has had for some years only, of which terminals think differently.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u3247\u3250-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\u{20000}-\u{3fffd}]/u

/** Columns that a terminal gives to a line: two for each wide letter, none for a combining mark. */
export function columnsOf(line: string): number {
  let columns = 0
  for (const letter of line) columns += /\p{M}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1
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
