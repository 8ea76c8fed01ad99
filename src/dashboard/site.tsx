import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import type { Clock } from '../clock.js'
import { normaliseEmail } from '../domain/email.js'
import { MhError, type ErrorCode } from '../errors.js'
import { asMhError } from '../render/error.js'
import type { Asset } from './assets.js'
import { actionNamed, fieldsOf, type Fields } from './commands.js'
import { isSameSecret, type Door, type Session } from './door.js'
import type { Errand, Errands } from './errands.js'
import { headers, isOurHost, ownOrigin } from './guard.js'
import { ErrandPage } from './pages/errand.js'
import { EventPage, EventsPage } from './pages/events.js'
import { LoginPage, PlainPage } from './pages/login.js'
import { ParkedPage, ParkedPersonPage } from './pages/parked.js'
import { ParticipantPage, ParticipantsPage } from './pages/participants.js'
import { RunPage } from './pages/run.js'
import { RunsPage } from './pages/runs.js'
import { SyncStatusPage, TroublePage } from './pages/sync-status.js'
import type { Reads } from './reads.js'
import type { View, Where } from './view.js'

export interface SiteTools {
  reads: Reads
  errands: Errands
  door: Door
  clock: Clock
  assets: ReadonlyMap<string, Asset>
  readOnly: boolean
  where: Where
  /** On which we listen; known once we do. */
  port: () => number
}

interface Env {
  Variables: { session: Session }
}
type C = Context<Env>

/** A form of ours is far smaller. */
const FORM_BYTES = 16 * 1024
/** Longer than any address. */
const QUERY_LENGTH = 254
/** So long a page waits for figures that are not there yet, in milliseconds; then it says so and is read again. */
const PATIENCE_MS = 250

/** All pages, and who may see them. */
export function makeSite(tools: SiteTools): Hono<Env> {
  const { port, assets } = tools
  const site = new Hono<Env>()
  site.use(headers())
  site.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  site.use(async (c, next) => {
    if (!isOurHost(c.req.header('host'), port())) {
      return c.html(
        page(<PlainPage title="Not here" text="This page answers only by the address that mh-sf dashboard printed." />),
        421,
      )
    }
    return next()
  })
  site.use(bodyLimit({ maxSize: FORM_BYTES }))
  site.use(ownOrigin())
  site.get('/assets/:name', (c) => {
    const asset = assets.get(c.req.param('name'))
    return asset ? c.body(asset.body, 200, { 'content-type': asset.type }) : c.notFound()
  })
  addLogin(site, tools)
  site.use(async (c, next) => {
    const session = tools.door.find(getCookie(c, cookieName(tools)))
    if (!session) return c.html(page(<LoginPage failed={false} />), 401)
    c.set('session', session)
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const { csrf = '' } = await formOf(c)
    if (!isSameSecret(csrf, session.csrf)) throw new HTTPException(403)
    return next()
  })
  site.post('/logout', (c) => {
    tools.door.leave(c.get('session'))
    deleteCookie(c, cookieName(tools), { path: '/' })
    return c.redirect('/', 303)
  })
  addPages(site, tools)
  if (!tools.readOnly) addActions(site, tools)
  addEnds(site, tools)
  return site
}

function addLogin(site: Hono<Env>, tools: SiteTools): void {
  site.post('/login', async (c) => {
    const { code = '' } = await formOf(c)
    const session = tools.door.enter(code.trim())
    if (!session) return c.html(page(<LoginPage failed />), 403)
    setCookie(c, cookieName(tools), session.id, { httpOnly: true, sameSite: 'Strict', path: '/' })
    return c.redirect('/', 303)
  })
}

function addPages(site: Hono<Env>, tools: SiteTools): void {
  const { reads, errands } = tools
  const view = (c: C) => viewOf(c, tools)
  site.get('/', async (c) => {
    const [status, activity, causes, running, alerts] = await Promise.all([
      reads.status.get(PATIENCE_MS),
      reads.activity.get(PATIENCE_MS),
      reads.causes.get(PATIENCE_MS),
      reads.running(PATIENCE_MS),
      reads.alerts(),
    ])
    const shown = { status, activity, causes, running, alerts, errands: errands.running }
    return c.html(page(<SyncStatusPage view={view(c)} shown={shown} />))
  })
  site.get('/runs', async (c) => {
    const { failed, command, event, before } = c.req.query()
    const query = { failed: failed === 'yes', command: given(command), event: given(event), before: given(before) }
    const [{ runs, more }, events] = await Promise.all([reads.runs(query), reads.events()])
    return c.html(page(<RunsPage view={view(c)} query={query} runs={runs} events={events} more={more} />))
  })
  site.get('/runs/:id', async (c) => {
    const { failed, after } = c.req.query()
    const shown = await reads.run(c.req.param('id'), { failed: failed === 'yes', after: given(after) }, PATIENCE_MS)
    return c.html(page(<RunPage view={view(c)} shown={shown} />))
  })
  site.get('/parked', async (c) => {
    const { people, total } = await reads.parked()
    return c.html(page(<ParkedPage view={view(c)} people={people} total={total} />))
  })
  site.get('/parked/:id', async (c) => {
    const id = c.req.param('id')
    const [{ value: review, trouble: error }, instanceUrl] = await Promise.all([
      tried(reads.review.get(id, PATIENCE_MS)),
      reads.instanceUrl(),
    ])
    return c.html(
      page(<ParkedPersonPage view={view(c)} id={id} review={review} instanceUrl={instanceUrl} error={error} />),
    )
  })
  site.get('/participants', async (c) => {
    const query = (c.req.query('q') ?? '').slice(0, QUERY_LENGTH).trim()
    const { people, more } = query.length < 2 ? { people: [], more: false } : await reads.search(query)
    return c.html(page(<ParticipantsPage view={view(c)} query={query} people={people} more={more} />))
  })
  site.get('/participants/:id', async (c) => {
    const id = c.req.param('id')
    const participant = await reads.participant(id)
    const [events, instanceUrl, history, { value: explanation, trouble }] = await Promise.all([
      reads.events(),
      reads.instanceUrl(),
      reads.history.get(id, PATIENCE_MS),
      tried(reads.explanation.get(id, PATIENCE_MS)),
    ])
    const shown = { participant, events, instanceUrl, history, explanation, trouble }
    return c.html(page(<ParticipantPage view={view(c)} shown={shown} />))
  })
  site.get('/events', async (c) => {
    const status = await reads.status.get(PATIENCE_MS)
    const events = status && { ...status, value: status.value.events }
    return c.html(page(<EventsPage view={view(c)} events={events} />))
  })
  site.get('/events/:id', async (c) => {
    const id = c.req.param('id')
    const asOf = await reads.people.get()
    const figures = asOf?.value.events.find(({ event }) => event.id === id)
    if (!asOf || !figures) throw new MhError('NOT_FOUND', `There is no event ${id}.`)
    const isDraft = figures.event.status === 'draft'
    const [{ value: campaign, trouble }, instanceUrl] = await Promise.all([
      isDraft
        ? { value: undefined, trouble: new MhError('EVENT_DRAFT', 'Drafts get no Campaign.') }
        : tried(reads.campaign.get(id, PATIENCE_MS)),
      reads.instanceUrl(),
    ])
    return c.html(page(<EventPage view={view(c)} shown={{ figures, asOf, campaign, trouble, instanceUrl }} />))
  })
}

function addActions(site: Hono<Env>, tools: SiteTools): void {
  const { reads, errands } = tools
  const show = async (c: C, errand: Errand, error?: unknown) => {
    const runId = errand.work?.runId
    const isGoingOn = errand.work !== undefined && errand.work.endedAt === undefined
    const counts = runId !== undefined && isGoingOn ? await reads.counts(runId, PATIENCE_MS) : undefined
    const shown = <ErrandPage view={viewOf(c, tools)} errand={errand} counts={counts} error={error} />
    return c.html(page(shown), error === undefined ? 200 : 400)
  }
  site.post('/actions', async (c) => {
    const form = await formOf(c)
    const { name, action } = actionNamed(form.action ?? '')
    const fields = fieldsOf(action, form)
    const input = action.addressOnStdin ? await addressOf(reads, fields) : ''
    const errand = errands.begin({ name, action, fields, about: await aboutOf(reads, fields), input })
    return c.redirect(`/actions/${errand.id}`, 303)
  })
  site.get('/actions/:id', async (c) => show(c, errands.find(c.req.param('id'))))
  site.post('/actions/:id/confirm', async (c) => {
    const errand = errands.find(c.req.param('id'))
    const { typed = '' } = await formOf(c)
    try {
      errands.confirm(errand, typed)
    } catch (error) {
      return show(c, errand, error)
    }
    return c.redirect(`/actions/${errand.id}`, 303)
  })
  site.post('/actions/:id/stop', (c) => {
    const errand = errands.find(c.req.param('id'))
    errand.work?.stop()
    return c.redirect(`/actions/${errand.id}`, 303)
  })
}

/** What there is not, what is not allowed, and what went wrong. */
function addEnds(site: Hono<Env>, tools: SiteTools): void {
  site.notFound((c) => {
    const text =
      tools.readOnly && c.req.method === 'POST'
        ? 'mh-sf dashboard was started with --read-only.'
        : 'There is no such page.'
    return c.html(
      page(<PlainPage title="Not found" text={text} />),
      tools.readOnly && c.req.method === 'POST' ? 405 : 404,
    )
  })
  site.onError((error, c) => {
    if (error instanceof HTTPException) {
      const { status } = error
      const text =
        status === 413
          ? 'That was too much.'
          : 'This did not come from a page of ours that is still open. Load the page again.'
      return c.html(page(<PlainPage title="Refused" text={text} />), status)
    }
    const known = asMhError(error)
    const session = c.get('session') as Session | undefined
    const shown = session ? (
      <TroublePage view={viewOf(c, tools)} error={known} title="That did not work" />
    ) : (
      <PlainPage title="That did not work" text={known.message} />
    )
    return c.html(page(shown), STATUS[known.code] ?? 500)
  })
}

const STATUS: Partial<Record<ErrorCode, 400 | 404 | 503>> = {
  NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  USAGE: 400,
  MONGO_UNREACHABLE: 503,
  SF_UNREACHABLE: 503,
}

function page(element: unknown): string {
  return `<!doctype html>${String(element)}`
}

function viewOf(c: C, { clock, readOnly, where }: SiteTools): View {
  return { now: clock.now(), csrf: c.get('session').csrf, readOnly, where }
}

/** Cookies know hosts, not ports: two dashboards of one machine would take each other's. */
function cookieName({ port }: SiteTools): string {
  return `mh-sf-${port()}`
}

/** The texts of a form; files and anything that is no form are left out. */
async function formOf(c: C): Promise<Record<string, string>> {
  const body = await c.req.parseBody().catch(() => ({}))
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The address of a participant, for the stdin of a command. Throws NOT_FOUND, and USAGE where it is not usable. */
async function addressOf(reads: Reads, { participant = '' }: Fields): Promise<string> {
  const address = normaliseEmail((await reads.participant(participant)).storedEmail)
  if (address.ok) return `${address.email}\n`
  throw new MhError('USAGE', `The address of this participant is not usable: ${address.problem}.`)
}

/** Whom or what an action is about, for a person. */
async function aboutOf(reads: Reads, { participant, event, run, cause }: Fields): Promise<string | undefined> {
  if (participant !== undefined) return (await reads.participant(participant)).name
  if (event !== undefined) return (await reads.events()).find(({ id }) => id === event)?.name
  return run ?? cause
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

async function tried<T>(work: Promise<T>): Promise<{ value?: T; trouble?: unknown }> {
  return work.then(
    (value) => ({ value }),
    (trouble: unknown) => ({ trouble }),
  )
}
