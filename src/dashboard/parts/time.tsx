const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

/** A moment, as far away as it is; the moment itself for whoever points at it, and for a program. */
export function Ago({ at, now }: { at: Date; now: Date }) {
  return (
    <time datetime={at.toISOString()} title={utc(at)}>
      {agoText(at, now)}
    </time>
  )
}

/** A moment itself, in UTC. */
export function At({ at }: { at: Date }) {
  return <time datetime={at.toISOString()}>{utc(at)}</time>
}

/** `2026-11-24 09:00:05 UTC`. */
export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `3 min ago`, `in 2 h`, `24 Nov 2026`. */
export function agoText(at: Date, now: Date): string {
  const apart = now.getTime() - at.getTime()
  if (Math.abs(apart) < 5 * SECOND) return 'just now'
  const span = spanText(Math.abs(apart))
  if (span === undefined) return day(at)
  return apart > 0 ? `${span} ago` : `in ${span}`
}

/** How long something took: `0.4 s`, `12 s`, `3 min`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(1)} s`
  if (milliseconds < HOUR) return spanText(milliseconds) ?? ''
  const minutes = Math.round((milliseconds % HOUR) / MINUTE)
  return `${Math.floor(milliseconds / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`}`
}

/** `24 Nov 2026`. */
export function day(at: Date): string {
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
}

function spanText(milliseconds: number): string | undefined {
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`
  if (milliseconds < HOUR) return `${Math.round(milliseconds / MINUTE)} min`
  if (milliseconds < 2 * DAY) return `${Math.round(milliseconds / HOUR)} h`
  return milliseconds < 14 * DAY ? `${Math.round(milliseconds / DAY)} days` : undefined
}
