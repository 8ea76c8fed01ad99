import stringWidth from 'string-width'
import { wrapped } from './markdown.js'
import { printable } from './printable.js'

const WIDTH = 80

/** Who is meant, by id and name, and how they stand; what does not fit beside a name of many letters stands below it. */
export function participantLine({ id, name }: { id: string; name: string }, says = ''): string {
  const who = `Participant ${id}: ${printable(name)}`
  const whole = says === '' ? who : `${who}, ${says}`
  if (stringWidth(whole) <= WIDTH) return whole
  return says === '' ? wrapped(who) : `${wrapped(`${who},`)}\n  ${says}`
}
