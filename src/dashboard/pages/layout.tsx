import type { PropsWithChildren } from 'hono/jsx'
import { Csrf } from '../parts/action-button.js'
import type { View } from '../view.js'

const PLACES = [
  { path: '/', name: 'Sync status' },
  { path: '/runs', name: 'Runs' },
  { path: '/parked', name: 'Parked' },
  { path: '/participants', name: 'Participants' },
  { path: '/events', name: 'Events' },
] as const
export type Place = (typeof PLACES)[number]['path']

interface LayoutProps {
  view: View
  title: string
  /** Which of the places this is in. */
  place?: Place
  /** Where this is below its place. */
  trail?: readonly { path: string; name: string }[]
  /** Seconds after which the script reads what is live again. */
  refresh?: number
  /** Something goes on, so that who has no script sees the page anew as well. */
  goesOn?: boolean
}

/** Every page that somebody sees who has come in. */
export function Layout(props: PropsWithChildren<LayoutProps>) {
  const { view, title, place, trail = [], refresh = 15, goesOn = false, children } = props
  return (
    <Document title={title} refresh={refresh} goesOn={goesOn}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="top-line">
          <a class="home" href="/">
            <Mark /> mh-sf
          </a>
          <WhereBadge view={view} />
          <div class="session">
            {view.readOnly ? <span class="tag">read-only</span> : null}
            <form method="post" action="/logout">
              <Csrf view={view} />
              <button class="quiet-button">Log out</button>
            </form>
          </div>
        </div>
        <nav aria-label="Pages">
          <ul>
            {PLACES.map(({ path, name }) => (
              <li>
                <a href={path} aria-current={path === place ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="main" tabindex={-1}>
        {trail.length === 0 ? null : (
          <nav aria-label="Where this is" class="trail">
            <ol>
              {trail.map(({ path, name }) => (
                <li>
                  <a href={path}>{name}</a>
                </li>
              ))}
            </ol>
          </nav>
        )}
        {children}
      </main>
    </Document>
  )
}

/** A document with nothing in it yet. */
export function Document({
  title,
  refresh,
  goesOn = false,
  children,
}: PropsWithChildren<{ title: string; refresh?: number; goesOn?: boolean }>) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · mh-sf</title>
        <link rel="icon" href="/assets/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/dashboard.css" />
        <script src="/assets/dashboard.js" defer></script>
        {goesOn ? (
          <noscript>
            <meta http-equiv="refresh" content="2" />
          </noscript>
        ) : null}
      </head>
      <body data-refresh={refresh}>{children}</body>
    </html>
  )
}

function WhereBadge({ view: { where } }: { view: View }) {
  if (where.playground) return <span class="tag playground">Playground</span>
  return where.org === undefined ? null : <span class="tag">{where.org}</span>
}

/** Two halves that meet. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d="M8.5 3.5A6.5 6.5 0 0 0 8.5 16.5" />
      <path d="M11.5 3.5A6.5 6.5 0 0 1 11.5 16.5" />
      <path d="M6 10H14" />
    </svg>
  )
}
