/** Somebody whose name is also an attack on terminals: OSC 52 and 8, C1, bidi. Each piece of them is found again wherever it is. */
export const MARKED = {
  email: 'zqmarked.person@zqmarked.example',
  firstName: 'Zqfirst\u001b]52;c;enF4\u0007',
  lastName: 'Zqlast\u009b31m\u202egnp\u001b]8;;http://zq.example\u0007',
  phone: '+49 1555 0199887',
  title: 'Zqtitle\u001b[2J',
}

/** Secrets of the settings, each in its own variable. */
export const SECRETS = {
  MH_SF_PRIVACY_KEY: 'zqsecretprivacykeyzqsecretprivacykey',
  ALERT_WEBHOOK_SECRET: 'zqsecretwebhooksignature',
  SF_SECURITY_TOKEN: 'zqsecretsecuritytoken',
  SF_CLIENT_SECRET: 'zqsecretconsumer',
} as const
/** In the path of the webhook: whoever knows it may write there. */
export const WEBHOOK_PATH = '/zqsecretwebhookpath'
/** Of the mail server. */
export const MAIL_PASSWORD = 'zqsecretmail'

const PERSON = /zqmarked\.person|zqfirst|zqlast|0199887/iu
const SECRET = /zqsecret|00D\w{12,15}![\w.]{8,}|PRIVATE KEY-----|eyJ[\w-]{8,}\.[\w-]{8,}\./u
/** What moves a cursor, writes to a clipboard, hides or turns text; the ends of lines and tabs are ours. */
const COMMAND_OF_A_TERMINAL = /[^\P{Cc}\n\t\r]|\r(?!\n)|[\u202a-\u202e\u2066-\u2069]/u

/** What a sink must not hold. */
export type Forbidden = 'people' | 'secrets' | 'commands of a terminal'

const PATTERNS: Record<Forbidden, RegExp> = {
  people: PERSON,
  secrets: SECRET,
  'commands of a terminal': COMMAND_OF_A_TERMINAL,
}

/** Each forbidden thing that a text holds, with what stands around it. */
export function findIn(text: string, forbidden: readonly Forbidden[]): string[] {
  return forbidden.flatMap((kind) => {
    const found = PATTERNS[kind].exec(text)
    if (!found) return []
    const around = text.slice(Math.max(0, found.index - 60), found.index + 40)
    return [`${kind}: ${JSON.stringify(around)}`]
  })
}
