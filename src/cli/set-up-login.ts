import { createPrivateKey, X509Certificate } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { App } from '../app/app.js'
import { flowOf, hasSettings, type Environment } from '../app/settings.js'
import { MhError } from '../errors.js'
import { writeNewFile } from '../new-file.js'
import { asMhError, errorText } from '../render/error.js'
import { adminSteps, type Certificate } from '../render/set-up.js'
import { certificateOf, makePrivateKey } from '../salesforce/key-pair.js'
import { makePrivateDirectory } from '../salesforce/private-directory.js'
import { readPrivateKey } from '../salesforce/private-key.js'
import type { Conversation } from './conversation.js'
import { loginTools } from './login-tools.js'
import { runLogin } from './run-login.js'
import { checkLoginFlags, KEPT_LOGIN, LOGINS, questionOf, SECRETS, type Login } from './set-up-questions.js'

const LOGIN_HOSTS = [
  { name: 'https://login.salesforce.com: a production org', value: 'https://login.salesforce.com' },
  { name: 'https://test.salesforce.com: a sandbox', value: 'https://test.salesforce.com' },
]
const KINDS: readonly { name: string; value: Login }[] = [
  { name: 'jwt: a key pair; for servers and people, recommended', value: 'jwt' },
  { name: 'client-credentials: a secret of the app; needs the My Domain address', value: 'client-credentials' },
  { name: 'web: in a browser, as yourself', value: 'web' },
  { name: 'password: username and password, where the org still allows it', value: 'password' },
]

/** How to log in, as names of the environment, and the certificate for the admin where a key was made. */
export interface LoginAnswers {
  environment: Record<string, string>
  certificate?: Certificate
}

/** Asks how to log in. A key pair that is wanted is made at once, for the admin has to upload its certificate. */
export async function askLogin(app: App, talk: Conversation, tell: (line: string) => void): Promise<LoginAnswers> {
  const { settings } = app
  const now = loginNow(app)
  const kept = now === KEPT_LOGIN ? [{ name: 'sf: the login of the Salesforce CLI, as it is', value: KEPT_LOGIN }] : []
  const answer = await talk.choice({ ...questionOf('login', settings), now, wrong: wrongKind }, [...kept, ...KINDS])
  checkLoginFlags(talk, answer)
  if (answer === KEPT_LOGIN) return { environment: {} }
  const login = answer as Login
  const url = await talk.choice(questionOf('login-url', settings), LOGIN_HOSTS, 'its My Domain address…')
  const key = login === 'jwt' ? await askKey(app, talk, url, tell) : undefined
  const known = settings.environment.SF_CLIENT_ID ?? talk.given('client-id')
  if (known === undefined || key?.isNew) for (const line of adminSteps(login, key?.certificate)) tell(line)
  const environment: Record<string, string> = {
    SF_LOGIN_URL: url,
    SF_LOGIN_FLOW: login,
    SF_CLIENT_ID: await talk.text(questionOf('client-id', settings)),
    ...(login === 'jwt' || login === 'password'
      ? { SF_USERNAME: await talk.text(questionOf('username', settings)) }
      : {}),
    ...(key && { SF_PRIVATE_KEY_PATH: key.path }),
  }
  for (const { name, asks } of SECRETS[login]) environment[name] = await secretOf(app, talk, name, asks)
  return { environment, certificate: key?.certificate }
}

/** Logs in with these settings. At a terminal somebody may put things right meanwhile; undefined where it does not work for now. */
export async function tryLogin(
  app: App,
  environment: Environment,
  talk: Conversation,
  tell: (line: string) => void,
): Promise<App | undefined> {
  const changed = app.with({ ...app.settings, environment: { ...app.settings.environment, ...environment } })
  try {
    // A browser is for people; where nobody is asked, `auth login` is.
    if (environment.SF_LOGIN_FLOW === 'web' && talk.asks)
      await runLogin(changed, { playground: false }, loginTools(tell))
    await changed.org().provenSession()
    tell(`Logged in to ${changed.org().loginHost}.`)
    return changed
  } catch (error) {
    app.signal.throwIfAborted()
    tell(errorText(asMhError(error)))
    if (!talk.asks) return undefined
    const again = await talk.choose('What now?', [
      { name: 'Try again: it has been put right', value: 'again' },
      { name: 'Go on without the org; run this again once the login works', value: 'on' },
    ])
    return again === 'again' ? tryLogin(app, environment, talk, tell) : undefined
  }
}

async function secretOf(app: App, talk: Conversation, name: string, asks: string): Promise<string> {
  const now = app.settings.environment[name]
  if (now !== undefined && (!talk.asks || !(await talk.yes(`${asks}: give another one?`, false)))) return now
  return talk.secret(asks)
}

/** What is set up already; the one that is inferred only where there is enough to infer it from. */
function loginNow({ settings }: App): string | undefined {
  if (settings.environment.SF_LOGIN_FLOW !== undefined) return settings.environment.SF_LOGIN_FLOW
  return hasSettings(settings, 'salesforce') ? flowOf(settings) : undefined
}

function wrongKind(answer: string): string | undefined {
  return [KEPT_LOGIN, ...LOGINS].includes(answer) ? undefined : `It may be ${LOGINS.join(', ')}.`
}

/** A private key, and its certificate where it was made here. */
interface Key {
  path: string
  certificate?: Certificate
  isNew: boolean
}

/** The private key; a new one gets its certificate in this directory, where somebody finds it for the admin. */
async function askKey(app: App, talk: Conversation, url: string, tell: (line: string) => void): Promise<Key> {
  const ours = join(app.keys, `${new URL(url).hostname}.key`)
  const isMade = await isThere(ours)
  const question = questionOf('private-key', app.settings)
  const now = question.now ?? (isMade ? ours : undefined)
  const choices = [
    ...(now === undefined ? [] : [{ name: `${now}, which is there`, value: now }]),
    ...(isMade ? [] : [{ name: 'make a new key pair', value: 'new' }]),
  ]
  const answer = await talk.choice({ ...question, now }, choices, 'the PEM file of a key that you have…')
  if (answer !== 'new') {
    const path = resolve(answer)
    const wrong = await readPrivateKey(path).then(() => undefined, asMhError)
    if (wrong && (!talk.asks || talk.given('private-key') !== undefined))
      throw new MhError('USAGE', `--private-key: ${wrong.message}`, wrong.hint)
    if (wrong) {
      tell(errorText(wrong))
      return askKey(app, talk, url, tell)
    }
    return { path, isNew: false, ...(path === ours && { certificate: await certified(app, ours) }) }
  }
  if (isMade)
    throw new MhError('USAGE', `${ours} is there already.`, `Use it with --private-key ${ours}, or move it away first.`)
  await makePrivateDirectory(app.keys)
  await writeNewFile(ours, await makePrivateKey(), { private: true })
  return { path: ours, isNew: true, certificate: await certified(app, ours) }
}

/** The certificate of a key that was made here; made again where it is gone. Throws USAGE where another one has its name. */
async function certified(app: App, key: string): Promise<Certificate> {
  const path = resolve('mh-sf.crt')
  const pem = await readFile(key, 'utf8')
  const there = await readFile(path).catch(() => undefined)
  if (there === undefined) await writeNewFile(path, await certificateOf(pem, app.clock.now()), { private: false })
  else if (!belongs(there, pem))
    throw new MhError('USAGE', `${path} is not of ${key}.`, 'Move it away, and run this again.')
  return { path, key }
}

function belongs(certificate: Buffer, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
