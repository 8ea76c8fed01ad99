import { styleText } from 'node:util'

/** What a word on a screen means to whoever looks: nothing to do, something to look at, something wrong. */
export type Emphasis = 'fine' | 'look' | 'wrong'

const COLOUR = { fine: 'green', look: 'yellow', wrong: 'red' } as const

/**
 * The text with its meaning as a colour where standard output is a terminal that takes colours (NO_COLOR and FORCE_COLOR are heeded); the same
 * text elsewhere. A variable CI says nothing of what standard output is.
 */
export function emphasised(text: string, emphasis: Emphasis): string {
  return styleText(COLOUR[emphasis], text)
}

/** A number that ought to be 0: with its meaning where it is not. */
export function oughtToBeNone(text: string, value: number, emphasis: Emphasis): string {
  return value === 0 ? text : emphasised(text, emphasis)
}
