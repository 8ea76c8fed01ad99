const [ANY, ONE] = [Symbol('%'), Symbol('_')]

/**
 * Upper case of the UTF-16 units one by one: a pattern comes unit by unit too, and a letter of two units has to be folded
 * the same on both sides.
 */
const folded = (text: string): string =>
  text
    .split('')
    .map((unit) => unit.toUpperCase())
    .join('')

/**
 * What follows LIKE: matches a whole value, without case. No regular expression, because one with many `%` can take for
 * ever on a value that nearly matches.
 */
export class LikePattern {
  private readonly units: (string | symbol)[] = []

  /** A character as it stands in the pattern: `%` and `_` are wildcards. */
  add(character: string): void {
    if (character === '%') this.units.push(ANY)
    else if (character === '_') this.units.push(ONE)
    else this.addText(character)
  }

  /** Text that stands for itself. */
  addText(text: string): void {
    this.units.push(...folded(text).split(''))
  }

  /** When a character does not fit, only the last `%` takes one more: earlier ones never need to. */
  test(value: string): boolean {
    const { units } = this
    const text = folded(value)
    let [unit, at, lastAny, taken] = [0, 0, -1, 0]
    while (at < text.length) {
      if (units[unit] === ANY) {
        lastAny = unit++
        taken = at
      } else if (units[unit] === ONE || units[unit] === text[at]) {
        unit++
        at++
      } else if (lastAny >= 0) {
        unit = lastAny + 1
        at = ++taken
      } else {
        return false
      }
    }
    while (units[unit] === ANY) unit++
    return unit === units.length
  }
}
