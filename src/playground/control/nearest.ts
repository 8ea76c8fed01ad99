import { distance } from 'fastest-levenshtein'

/** The name most like what was written, whatever its case. */
export function nearest(written: string, names: readonly string[]): string {
  const far = (name: string) => distance(written.toLowerCase(), name.toLowerCase())
  return [...names].sort((a, b) => far(a) - far(b))[0] ?? ''
}
