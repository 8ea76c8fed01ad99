import { join } from 'node:path'
import { z } from 'zod'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { FLOWS } from '../salesforce/credentials.js'
import { PrivateFile } from '../salesforce/private-file.js'

/** How to log in to an org that has a name; its secrets are kept with its login, or in the key file. */
const namedOrg = z.strictObject({
  flow: z.enum(FLOWS),
  loginUrl: z.string(),
  clientId: z.string().optional(),
  username: z.string().optional(),
  privateKeyPath: z.string().optional(),
  /** Of a login of the Salesforce CLI: its name there. */
  cliAlias: z.string().optional(),
  /** 18 characters, as the login told. */
  orgId: z.string(),
  instanceUrl: z.string(),
})
export type NamedOrg = z.infer<typeof namedOrg>

const file = z.strictObject({
  version: z.literal(1),
  default: z.string().optional(),
  orgs: z.record(z.string(), namedOrg),
})
type Orgs = z.infer<typeof file>

const NAME = /^[a-z0-9][\w.-]{0,39}$/iu

/** The orgs that this user gave names to, and which is meant where none is named: one private file without secrets. */
export class NamedOrgs {
  readonly #file: PrivateFile

  constructor(dataDirectory: string) {
    this.#file = new PrivateFile(join(dataDirectory, 'orgs.json'))
  }

  get path(): string {
    return this.#file.path
  }

  /** All of them by name, and the default. Throws STATE_FILE_UNSAFE, STATE_FILE_DAMAGED. */
  async read(): Promise<{ orgs: ReadonlyMap<string, NamedOrg>; default?: string }> {
    const found = await this.#read()
    const orgs = new Map(Object.entries(found.orgs))
    return found.default === undefined ? { orgs } : { orgs, default: found.default }
  }

  /** One of them. Throws ORG_UNKNOWN, which names those that there are. */
  async get(name: string): Promise<NamedOrg> {
    const { orgs } = await this.read()
    const found = orgs.get(name)
    if (found) return found
    const known = [...orgs.keys()].join(', ')
    throw new MhError(
      'ORG_UNKNOWN',
      `There is no org "${name}" here.`,
      known === ''
        ? `Log in to it first: \`mh-sf auth login --alias ${name}\`, or with --from-sf ${name} if the Salesforce CLI knows it.`
        : `These are known: ${known}. \`mh-sf auth login --alias NAME\` adds one.`,
    )
  }

  /** Adds one, or replaces it. The first, or `asDefault`, is meant from now on where none is named; says whether this one is. */
  async put(name: string, org: NamedOrg, asDefault: boolean): Promise<boolean> {
    return this.#change((orgs) => {
      if (asDefault || orgs.default === undefined) orgs.default = name
      orgs.orgs[name] = org
      return orgs.default === name
    })
  }

  async remove(name: string): Promise<void> {
    await this.#change((orgs) => {
      orgs.orgs = Object.fromEntries(Object.entries(orgs.orgs).filter(([each]) => each !== name))
      if (orgs.default === name) delete orgs.default
    })
  }

  /** Whether there are some, and none of them is taken where none is named. */
  async lackDefault(): Promise<boolean> {
    const { orgs, default: meant } = await this.read()
    return orgs.size > 0 && meant === undefined
  }

  async #change<T>(change: (orgs: Orgs) => T): Promise<T> {
    return this.#file.exclusively(async () => {
      const orgs = await this.#read()
      const result = change(orgs)
      await this.#file.write(`${JSON.stringify(orgs, null, 2)}\n`)
      return result
    })
  }

  async #read(): Promise<Orgs> {
    const text = await this.#file.read()
    if (text === undefined) return { version: 1, orgs: {} }
    const found = file.safeParse(parseJson(text))
    if (found.success) return found.data
    throw new MhError(
      'STATE_FILE_DAMAGED',
      `${this.path} cannot be read.`,
      `Remove it with \`rm ${this.path}\` and log in again.`,
    )
  }
}

export function isOrgName(text: string): boolean {
  return NAME.test(text)
}

/** Throws USAGE for what is not a name of an org. */
export function checkedOrgName(name: string): string {
  if (isOrgName(name)) return name
  throw new MhError(
    'USAGE',
    'That is not a name for an org.',
    'A name begins with a letter or digit, and has at most 40 letters, digits, dots and dashes.',
  )
}
