const [FIRST_CAPITAL, LAST_CAPITAL, CASE, FIRST_FOREIGN] = [65, 90, 32, 128]

/** A number of 32 bits for a text (FNV-1a over its UTF-16 units, the bits mixed once more as any of them may be used). */
export function textHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mixed(hash)
}

/** The same for `text.toLowerCase()`, which is made only where it takes more than the letters A to Z. */
export function foldedHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= FIRST_FOREIGN) return textHash(text.toLowerCase())
    const isCapital = unit >= FIRST_CAPITAL && unit <= LAST_CAPITAL
    hash = Math.imul(hash ^ (isCapital ? unit + CASE : unit), 0x01000193)
  }
  return mixed(hash)
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return once ^ (once >>> 13)
}
