import type { Child, PropsWithChildren } from 'hono/jsx'
import { MhError } from '../../errors.js'
import { asMhError } from '../../render/error.js'
import type { Reading } from '../../reports/kept.js'
import { Ago } from './time.js'

/** One thing with its heading. What is `live` is read again and again by the script, and needs the id for it. */
export function Panel({
  id,
  title,
  aside,
  live = false,
  wide = false,
  children,
}: PropsWithChildren<{ id: string; title: string; aside?: Child; live?: boolean; wide?: boolean }>) {
  return (
    <section
      id={id}
      class={wide ? 'panel wide' : 'panel'}
      aria-labelledby={`${id}-title`}
      data-live={live ? '' : undefined}
    >
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside === undefined ? null : <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

/** What is wider than the screen scrolls by itself, by the keyboard too. */
export function Scroll({ label, children }: PropsWithChildren<{ label: string }>) {
  return (
    <div class="scroll" role="region" aria-label={label} tabindex={0}>
      {children}
    </div>
  )
}

/** Names and what they are, below each other. What is undefined is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, Child | undefined])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** When something was read, and whether it could be read since. */
export function AsOf({ reading, now }: { reading: Reading<unknown>; now: Date }) {
  return (
    <span class="as-of">
      as of <Ago at={reading.asOf} now={now} />
      {reading.trouble === undefined ? null : <span class="bad-text"> · {asMhError(reading.trouble).code} since</span>}
    </span>
  )
}

/** What went wrong, and what to do next. */
export function Trouble({ error }: { error: unknown }) {
  const known = error instanceof MhError ? error : asMhError(error)
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{known.message}</strong> <code>{known.code}</code>
      </p>
      {known.hint === undefined ? null : <p>{known.hint}</p>}
    </div>
  )
}

/** Nothing here, and why that is well. */
export function Empty({ children }: PropsWithChildren) {
  return <p class="empty">{children}</p>
}

/** It takes longer than a page waits for. */
export function Waiting({ children }: PropsWithChildren) {
  return (
    <p class="waiting" role="status">
      {children}
    </p>
  )
}
