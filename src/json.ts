/** A text as the value it writes, or undefined if it is not JSON: what comes from outside is never trusted to be. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether objects and lists of a JSON text stand more than so many deep inside of one another; looks at the text, so that nothing recurses. */
export function isDeeperThan(most: number, text: string): boolean {
  let depth = 0
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isString) {
      if (unit === BACKSLASH) at += 1
      else if (unit === QUOTE) isString = false
    } else if (unit === QUOTE) isString = true
    else if (unit === OPEN_OBJECT || unit === OPEN_LIST) {
      depth += 1
      if (depth > most) return true
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) depth -= 1
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
