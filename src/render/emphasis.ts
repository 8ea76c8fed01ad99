import colours from 'picocolors'

/** What a word on a screen means to whoever looks: nothing to do, something to look at, something wrong. */
export type Emphasis = 'fine' | 'look' | 'wrong'

const PAINT = { fine: colours.green, look: colours.yellow, wrong: colours.red }

/** The text with its meaning as a colour, on a terminal that takes colours (NO_COLOR is heeded); the same text elsewhere. */
export function emphasised(text: string, emphasis: Emphasis): string {
  return PAINT[emphasis](text)
}

/** A number that ought to be 0: with its meaning where it is not. */
export function oughtToBeNone(text: string, value: number, emphasis: Emphasis): string {
  return value === 0 ? text : emphasised(text, emphasis)
}
