const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
const WHOLE = /^([+-]?)((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)$/u
const PART = /(\d+(?:\.\d+)?)(ms|[dhms])/guy

/** How a duration is written, for whoever wrote it otherwise. */
export const DURATION_FORM = 'as in 2h, 1d12h, 90s or 250ms'

/** Milliseconds of a duration such as `2h`, `+1d12h` or `-90s`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, sign, parts] = WHOLE.exec(text.trim()) ?? []
  if (parts === undefined) return undefined
  let ms = 0
  for (const [, number, unit] of parts.matchAll(PART)) ms += Number(number) * UNITS[unit as keyof typeof UNITS]
  return Math.round(sign === '-' ? -ms : ms)
}

/** The same in words of at most two units: `+2h`, `-1d 12h`, `+250ms`. */
export function writeDuration(ms: number): string {
  let left = Math.abs(Math.round(ms))
  const parts: string[] = []
  for (const [unit, size] of Object.entries(UNITS)) {
    const number = Math.floor(left / size)
    left -= number * size
    if (number > 0) parts.push(`${number}${unit}`)
  }
  return `${ms < 0 ? '-' : '+'}${parts.slice(0, 2).join(' ') || '0s'}`
}
