import type { Settings } from '../app/settings.js'
import { sameLabel } from '../domain/member-status.js'
import { MhError } from '../errors.js'
import { isMongoUri } from '../mongo/found-databases.js'
import { checkLoginUrl } from '../salesforce/hosts.js'
import type { Conversation, Question } from './conversation.js'

/** The ways to log in that are asked about. */
export const LOGINS = ['jwt', 'client-credentials', 'web', 'password'] as const
export type Login = (typeof LOGINS)[number]

/** A login of the Salesforce CLI is set up by `auth login --from-sf`; who has it keeps it. */
export const KEPT_LOGIN = 'sf'
const LOGIN_FLAGS: readonly SetUpFlag[] = ['login-url', 'login', 'client-id', 'username', 'private-key']

/** Every question, by its flag; the answer is a name of the environment, a setting of the config file, or neither. */
interface SetUpQuestion {
  asks: string
  name?: string
  path?: readonly string[]
  byDefault?: string
  /** The logins that it is for; all without. */
  of?: readonly Login[]
  wrong?: (answer: string) => string | undefined
  shown?: (answer: string) => string
}

const status = (whom: string, key: string, byDefault: string) => ({
  asks: `Status of members who ${whom}`,
  path: ['campaign', 'memberStatuses', key, 'label'],
  byDefault,
  wrong: wrongLabel,
})

export const QUESTIONS = {
  'mongodb-uri': {
    asks: "Address of the platform's database",
    name: 'MONGODB_URI',
    wrong: wrongUri,
    shown: withoutPassword,
  },
  'login-url': {
    asks: 'Address of the org',
    name: 'SF_LOGIN_URL',
    byDefault: 'https://login.salesforce.com',
    wrong: wrongLoginUrl,
  },
  login: { asks: 'How to log in', name: 'SF_LOGIN_FLOW', byDefault: 'jwt' },
  'client-id': { asks: "Consumer key of the org's app", name: 'SF_CLIENT_ID' },
  username: { asks: 'Salesforce username', name: 'SF_USERNAME', of: ['jwt', 'password'] },
  'private-key': { asks: 'Private key', name: 'SF_PRIVATE_KEY_PATH', byDefault: 'new', of: ['jwt'] },
  'campaign-type': { asks: 'Type of our Campaigns', path: ['campaign', 'type'], byDefault: 'none', wrong: wrongLabel },
  'status-registered': status('signed up', 'registered', 'Registered'),
  'status-no-show': status('did not come', 'no_show', 'No Show'),
  'status-attended': status('came', 'attended', 'Attended'),
  consent: { asks: 'Where consent is recorded', path: ['leads', 'consent'], byDefault: 'record,newsletter' },
  'quota-share': {
    asks: "Share of the org's API calls of 24 hours that may be used",
    path: ['quota', 'ceiling'],
    byDefault: '0.8',
    wrong: wrongShare,
  },
  schedule: { asks: 'What starts the night every day', byDefault: 'crontab' },
} as const satisfies Record<string, SetUpQuestion>

export type SetUpFlag = keyof typeof QUESTIONS

/** Secrets are asked at a terminal or stand in the environment: a flag is visible in the process list. */
export const SECRETS: Readonly<Record<Login, readonly { name: string; asks: string }[]>> = {
  jwt: [],
  web: [],
  'client-credentials': [{ name: 'SF_CLIENT_SECRET', asks: 'Consumer secret of the app' }],
  password: [
    { name: 'SF_CLIENT_SECRET', asks: 'Consumer secret of the app' },
    { name: 'SF_PASSWORD', asks: 'Password' },
  ],
}

/** A question with what was answered before. */
export function questionOf(flag: SetUpFlag, { environment, origins }: Settings): Question {
  const { asks, name, path, byDefault, wrong, shown }: SetUpQuestion = QUESTIONS[flag]
  const now = name === undefined ? textOf(valueAt(origins.given, path ?? [])) : environment[name]
  return { flag, asks, byDefault, wrong, shown, now }
}

/** The statuses of members, lowest first. */
export const STATUSES = ['status-registered', 'status-no-show', 'status-attended'] as const

/** Throws USAGE for a flag that cannot be taken, before anything is asked or connected. */
export function checkFlags(talk: Conversation, settings: Settings, consent: readonly string[] | undefined): void {
  for (const flag of Object.keys(QUESTIONS) as SetUpFlag[]) {
    const { wrong }: SetUpQuestion = QUESTIONS[flag]
    talk.check({ flag, wrong })
  }
  consentOf(consent ?? [])
  const login = talk.given('login') ?? (talk.asks ? undefined : settings.environment.SF_LOGIN_FLOW)
  // A login that there is not is told of later, with those that there are.
  if (login !== undefined && [KEPT_LOGIN, ...LOGINS].includes(login)) checkLoginFlags(talk, login)
  checkLabels(talk, settings)
}

/** Throws USAGE for a flag that this way to log in does not look at: it was meant for another one. */
export function checkLoginFlags(talk: Conversation, login: string): void {
  const idle = (Object.keys(QUESTIONS) as SetUpFlag[]).find((flag) => {
    const { of }: SetUpQuestion = QUESTIONS[flag]
    const isIdle = login === KEPT_LOGIN ? LOGIN_FLAGS.includes(flag) && flag !== 'login' : of && !isOneOf(of, login)
    return isIdle && talk.given(flag) !== undefined
  })
  if (idle === undefined) return
  const { of = LOGINS }: SetUpQuestion = QUESTIONS[idle]
  throw new MhError(
    'USAGE',
    `--${idle} does not apply to the login ${login}.`,
    `Leave it out, or log in another way: --login ${of.join(' or ')}.`,
  )
}

function isOneOf(logins: readonly Login[], login: string): boolean {
  return logins.some((one) => one === login)
}

/** Statuses that are called the same could not be told apart. Those that are still asked for are looked at then. */
function checkLabels(talk: Conversation, settings: Settings): void {
  const taken: string[] = []
  for (const flag of STATUSES) {
    const { now, byDefault } = questionOf(flag, settings)
    const label = talk.given(flag) ?? (talk.asks ? undefined : (now ?? byDefault))
    if (label === undefined) continue
    talk.check({ flag, wrong: wrongTwin(taken) }, label)
    taken.push(label)
  }
}

/** Why a label cannot be one of several that are each of one status. */
export function wrongTwin(taken: readonly string[]): (label: string) => string | undefined {
  return (label) =>
    taken.some((other) => sameLabel(other, label))
      ? `"${label}" is another status already: each has a label of its own, whatever its case.`
      : undefined
}

/** Throws USAGE that names every answer which nobody has given, where nobody can be asked. With `yes` defaults are answers. */
export function requireAnswers(talk: Conversation, settings: Settings, yes: boolean): void {
  if (talk.asks) return
  const named = talk.given('login') ?? settings.environment.SF_LOGIN_FLOW
  const login = LOGINS.find((each) => each === named) ?? 'jwt'
  const missing = (Object.keys(QUESTIONS) as SetUpFlag[]).filter((flag) => {
    const { of }: SetUpQuestion = QUESTIONS[flag]
    if ((of && !of.includes(login)) || (named === KEPT_LOGIN && LOGIN_FLAGS.includes(flag))) return false
    const { now, byDefault } = questionOf(flag, settings)
    return talk.given(flag) === undefined && now === undefined && !(yes && byDefault !== undefined)
  })
  const secrets = SECRETS[login].filter(({ name }) => settings.environment[name] === undefined)
  if (missing.length + secrets.length === 0) return
  const lines = [
    ...missing.map((flag) => `\n  --${flag.padEnd(20)} ${QUESTIONS[flag].asks}`),
    ...secrets.map(({ name, asks }) => `\n  ${name.padEnd(22)} ${asks}, in the environment`),
  ]
  const orDefaults = yes ? '' : ', or add --yes for the defaults of those that have one'
  throw new MhError(
    'USAGE',
    `There is no terminal to ask at, and not everything is answered:${lines.join('')}`,
    `Give these${orDefaults}.`,
  )
}

/** Where consent is recorded, from `record`, `newsletter` and `answer:QUESTION`. Throws USAGE. */
export function consentOf(texts: readonly string[]): { by: string; question?: string }[] {
  return texts.map((text) => {
    const [, question] = /^answer:(.+)$/u.exec(text) ?? []
    if (question !== undefined) return { by: 'answer', question }
    if (text === 'record' || text === 'newsletter') return { by: text }
    const hint = 'It may be record, newsletter, or answer:QUESTION with the key of a question of the sign-up form.'
    throw new MhError('USAGE', `--consent ${text} is no place where consent is recorded.`, hint)
  })
}

function wrongUri(uri: string): string | undefined {
  return isMongoUri(uri).isOne ? undefined : 'It looks like mongodb://host:27017 or mongodb+srv://user:password@host.'
}

/** While it is typed too, before there is an @: then what follows a colon is a port, or a password. */
function withoutPassword(uri: string): string {
  const whole = uri.replace(/(\/\/[^:@/]*:)[^/]*@/u, '$1***@')
  return whole === uri ? uri.replace(/(\/\/[^:@/,]*:)(?=[^/,]*[^\d/,])[^/@]+$/u, '$1***') : whole
}

function wrongLoginUrl(text: string): string | undefined {
  try {
    checkLoginUrl(text)
    return undefined
  } catch (error) {
    if (error instanceof MhError) return error.message
    throw error
  }
}

/** A value of a picklist in the org. */
function wrongLabel(text: string): string | undefined {
  return text.length <= 40 ? undefined : 'It has 40 characters at the most.'
}

function wrongShare(text: string): string | undefined {
  const share = Number(text)
  return share > 0 && share <= 1 ? undefined : 'It is a number above 0 and up to 1, as in 0.8.'
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    path.length === 0 ? undefined : given,
  )
}

/** A setting as it would be typed after its flag. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value)
  return value
    .map(({ by, question }: { by: string; question?: string }) => (question === undefined ? by : `answer:${question}`))
    .join(',')
}
