import type { LineCount } from '../../domain/run-line.js'
import type { Child } from '../child.js'
import { confirmationOf } from '../commands.js'
import { isRefused, type Errand } from '../errands.js'
import { Csrf } from '../parts/action-button.js'
import { Badge, type Tone } from '../parts/badge.js'
import { OutcomeView } from '../parts/outcome.js'
import { Panel, Trouble, Waiting } from '../parts/panels.js'
import { Progress } from '../parts/progress.js'
import { Ago, durationText } from '../parts/time.js'
import type { View } from '../view.js'
import { Layout } from './layout.js'

interface ErrandProps {
  view: View
  errand: Errand
  /** Lines of the run that goes on. */
  counts: readonly LineCount[] | undefined
  /** What was wrong with the confirmation. */
  error?: unknown
}

/** Something that was asked for: what it would do, the confirmation, how far it is, and what came of it. */
export function ErrandPage({ view, errand, counts, error }: ErrandProps) {
  const { action, about, preview, work } = errand
  const now = work ?? preview
  const goesOn = now !== undefined && now.endedAt === undefined
  return (
    <Layout view={view} title={action.title} refresh={goesOn ? 0.5 : 0} goesOn={goesOn}>
      <div class="page-head">
        <div>
          <h1>{action.title}</h1>
          {about === undefined ? null : <p class="muted">{about}</p>}
        </div>
      </div>
      {error === undefined ? null : <Trouble error={error} />}
      <div id="errand" data-live="" class="stack">
        {work ? <Work view={view} errand={errand} work={work} counts={counts} /> : null}
        {work ? null : <Ask view={view} errand={errand} />}
      </div>
    </Layout>
  )
}

/** Before anything is done. */
function Ask({ view, errand }: { view: View; errand: Errand }) {
  const { preview } = errand
  if (preview && preview.endedAt === undefined) {
    return (
      <Panel id="preview" title="What it would do" wide>
        <Waiting>Looking; nothing is written.</Waiting>
        <Told child={preview} />
      </Panel>
    )
  }
  return (
    <>
      {preview ? (
        <Panel id="preview" title="What it would do" wide>
          <OutcomeView printed={preview.result} />
          <Told child={preview} />
        </Panel>
      ) : null}
      {preview && isRefused(preview) ? null : <Confirm view={view} errand={errand} />}
    </>
  )
}

function Confirm({ view, errand }: { view: View; errand: Errand }) {
  const { id, action, fields, preview } = errand
  const expected = confirmationOf(action, fields)
  return (
    <form method="post" action={`/actions/${id}/confirm`} class="panel wide confirm" autocomplete="off">
      <Csrf view={view} />
      {preview ? (
        <p>This was a dry run. What is done is decided anew, by what both sides say then.</p>
      ) : (
        <p>It is done at once.</p>
      )}
      {expected === undefined ? null : (
        <p class="type-it">
          <label for="typed">
            Type <strong>{expected}</strong> to go ahead
          </label>
          <input id="typed" name="typed" required autocomplete="off" spellcheck={false} />
        </p>
      )}
      <div class="buttons">
        <button class="button strong">{action.title}</button>
        <a class="button" href="/">
          Leave it
        </a>
      </div>
    </form>
  )
}

function Work({
  view,
  errand,
  work,
  counts,
}: {
  view: View
  errand: Errand
  work: Child
  counts: readonly LineCount[] | undefined
}) {
  const { runId, endedAt, startedAt } = work
  const link =
    runId === undefined ? null : (
      <a href={`/runs/${runId}`}>
        Run <code>{runId}</code>
      </a>
    )
  if (endedAt === undefined) {
    return (
      <Panel id="work" title="Going on" wide aside={link}>
        <Progress id="errand-progress" counts={counts ?? []} />
        <p class="muted">
          Began <Ago at={startedAt} now={view.now} />. It goes on when this page is closed.
        </p>
        <form method="post" action={`/actions/${errand.id}/stop`} class="inline">
          <Csrf view={view} />
          <button class="button">{work.isStopping ? 'Stopping…' : 'Stop'}</button>
        </form>
        <Told child={work} />
      </Panel>
    )
  }
  const [tone, text] = endOf(work)
  return (
    <Panel id="work" title="What came of it" wide aside={link}>
      <p role="status">
        <Badge tone={tone}>{text}</Badge>{' '}
        <span class="muted">after {durationText(endedAt.getTime() - startedAt.getTime())}</span>
      </p>
      <OutcomeView printed={work.result} />
      <Told child={work} />
    </Panel>
  )
}

/** What the exit codes mean (README). */
const ENDS: Readonly<Record<number, [Tone, string]>> = {
  0: ['good', 'done'],
  3: ['warn', 'done, but not all went well'],
  4: ['warn', 'not found'],
  5: ['bad', 'login or rights'],
  6: ['warn', 'refused'],
  7: ['warn', 'somebody else is at work'],
  8: ['busy', 'a Bulk job goes on in the org'],
  130: ['warn', 'stopped'],
  143: ['warn', 'stopped'],
}

function endOf({ exitCode = 1 }: Child): [Tone, string] {
  return ENDS[exitCode] ?? ['bad', 'failed']
}

/** The command itself and what it told on the way. */
function Told({ child }: { child: Child }) {
  return (
    <details id={`told-${child.startedAt.getTime()}`}>
      <summary>
        <code>{['mh-sf', ...child.words].join(' ')}</code>
      </summary>
      <pre>{child.lines.join('\n')}</pre>
    </details>
  )
}
