/** A text as the value it writes, or undefined if it is not JSON: what comes from outside is never trusted to be. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
