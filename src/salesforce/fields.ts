import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { INDIVIDUAL_LINK } from '../domain/opt-out.js'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { writeNewFile } from '../new-file.js'
import { failureInComposite } from './failure.js'
import type { Org } from './org.js'
import { readPrivateFile } from './private-directory.js'

/**
 * Which fields this user can read, by object: what describe lists, so field-level security is in it (objects.md §7). Those of the
 * Individual of a Contact or Lead are among theirs, as in `Individual.ShouldForget`.
 */
export type ReadableFields = Readonly<Record<DescribedObject, ReadonlySet<string>>>

type DescribedObject = 'Contact' | 'Lead' | 'Account'
const OBJECTS = ['Contact', 'Lead', 'Account', 'Individual'] as const
const KEPT_FOR_MS = 24 * 60 * 60 * 1_000

const describeReply = z.object({ fields: z.array(z.object({ name: z.string() })) })
const compositeReply = z.object({
  compositeResponse: z.array(z.object({ httpStatusCode: z.number(), body: z.unknown() })).length(OBJECTS.length),
})
const cached = z.object({
  at: z.number(),
  /** A file of an earlier version knew nothing of Individual. */
  version: z.literal(2),
  fields: z.record(z.enum(['Contact', 'Lead', 'Account']), z.array(z.string())),
})

/**
 * What describe says, for a day from a file in `directory` (names of fields only, no personal data); `refresh` asks the
 * org again. One API call for all objects, none when it is cached.
 */
export class FieldCache {
  constructor(
    private readonly org: Org,
    private readonly directory: string,
    private readonly clock: Clock,
  ) {}

  /** Whether `read` will cost a call: for the plan. */
  async isFresh(): Promise<boolean> {
    return (await this.#load()) !== undefined
  }

  async read(refresh = false): Promise<ReadableFields> {
    const known = refresh ? undefined : await this.#load()
    if (known) return known
    const fields = await this.#describe()
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
    const file = { at: this.clock.now().getTime(), version: 2, fields: mapFields(fields, (names) => [...names]) }
    await writeNewFile(await this.#path(), JSON.stringify(file), { replace: true, private: true })
    return fields
  }

  async #load(): Promise<ReadableFields | undefined> {
    // One that is not ours alone is as good as none: it is asked for anew.
    const text = await readPrivateFile(await this.#path()).catch(() => undefined)
    const file = cached.safeParse(parseJson(text ?? '{}'))
    if (!file.success || this.clock.now().getTime() - file.data.at > KEPT_FOR_MS) return undefined
    return mapFields(file.data.fields, (names) => new Set(names))
  }

  async #path(): Promise<string> {
    const { orgId, userId, apiVersion } = await this.org.session()
    return join(this.directory, `fields-${orgId}-${userId}-v${apiVersion}.json`)
  }

  async #describe(): Promise<ReadableFields> {
    const { apiVersion } = await this.org.session()
    const compositeRequest = OBJECTS.map((object) => ({
      method: 'GET',
      url: `/services/data/v${apiVersion}/sobjects/${object}/describe`,
      referenceId: object,
    }))
    const reply = await this.org.json(
      { method: 'POST', path: '/composite', body: { allOrNone: false, compositeRequest }, repeatable: true },
      compositeReply,
      failureInComposite,
    )
    const [contact, lead, account, individual] = reply.compositeResponse
    const ofIndividual = fieldNames('Individual', individual)
    return {
      Contact: withIndividual(fieldNames('Contact', contact), ofIndividual),
      Lead: withIndividual(fieldNames('Lead', lead), ofIndividual),
      Account: fieldNames('Account', account),
    }
  }
}

function withIndividual(fields: Set<string>, ofIndividual: ReadonlySet<string>): Set<string> {
  if (!fields.has(INDIVIDUAL_LINK)) return fields
  return new Set([...fields, ...[...ofIndividual].map((name) => `Individual.${name}`)])
}

function fieldNames(
  object: (typeof OBJECTS)[number],
  reply: { httpStatusCode: number; body: unknown } | undefined,
): Set<string> {
  const described = describeReply.safeParse(reply?.body)
  if (reply?.httpStatusCode === 200 && described.success) return new Set(described.data.fields.map(({ name }) => name))
  // An account only adds to what a person is, and few orgs have individuals; without the people themselves nothing can be matched.
  if (object === 'Account' || object === 'Individual') return new Set()
  throw new MhError(
    'SF_ACCESS_DENIED',
    `The Salesforce user may not read ${object} (HTTP ${reply?.httpStatusCode ?? 0}).`,
    `An admin has to give the user read access to ${object}, for example by a permission set.`,
  )
}

function mapFields<A, B>(
  fields: Readonly<Record<DescribedObject, A>>,
  change: (value: A) => B,
): Record<DescribedObject, B> {
  return { Contact: change(fields.Contact), Lead: change(fields.Lead), Account: change(fields.Account) }
}
