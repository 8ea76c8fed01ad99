import { z } from 'zod'
import { judgeOrg, type HomeOrg, type HomeVerdict } from '../domain/home-org.js'
import { MhError } from '../errors.js'
import { OURS, asError, type Database } from './database.js'

/** There is one org to a database. */
const ID = 'org'
const document = z.object({ orgId: z.string() })

/**
 * Which org a database belongs to: links, decisions and claims in it are ids of that org's records, and mean nothing, or somebody else, in
 * another one. The first org that something is written for is it, until settings say that the database moves (`SF_ORG_ID`).
 */
export class HomeOrgs {
  constructor(private readonly database: Database) {}

  /** Throws OTHER_ORG when the database belongs to another org. */
  async admit(orgId: string): Promise<void> {
    await this.#judged(orgId)
  }

  /** As `admit`, and the database belongs to this org from now on: before anything is written for it. */
  async settle(orgId: string): Promise<void> {
    const verdict = await this.#judged(orgId)
    if (verdict === 'own') return
    const set = { orgId, at: new Date() }
    const update = verdict === 'first' ? { $setOnInsert: set } : { $set: set }
    // Of two orgs that are the first at the same moment, the one that came second is told so.
    await this.#collection.updateOne({ _id: ID }, update, { upsert: true }).catch((error: unknown) => {
      if (!isDuplicate(error)) this.#told(error)
    })
    await this.#judged(orgId)
  }

  async #judged(orgId: string): Promise<HomeVerdict> {
    const known = await this.#read()
    const verdict = judgeOrg(known, orgId)
    if (verdict === 'other') throw otherOrg(known, orgId)
    return verdict
  }

  async #read(): Promise<HomeOrg> {
    const found = await this.#collection.findOne({ _id: ID }).catch(this.#told)
    const bound = document.safeParse(found).data?.orgId
    return { ...(bound === undefined ? {} : { bound }), ...named(this.database.orgId) }
  }

  get #collection() {
    const safely = { writeConcern: { w: 'majority' as const } }
    return this.database.db.collection<{ _id: string; orgId: string; at: Date }>(`${OURS}org`, safely)
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function named(orgId: string | undefined): Pick<HomeOrg, 'named'> {
  return orgId === undefined ? {} : { named: orgId }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000
}

/** OTHER_ORG for a login that leads to another org than the settings name, or the database belongs to. */
export function otherOrg({ bound, named }: HomeOrg, orgId: string): MhError {
  if (named !== undefined)
    return new MhError(
      'OTHER_ORG',
      `The login leads to org ${orgId}, and SF_ORG_ID names ${named}. Nothing was read or written.`,
      'Check SF_LOGIN_URL and SF_USERNAME, or SF_ORG_ID.',
    )
  return new MhError(
    'OTHER_ORG',
    `The login leads to org ${orgId}, and this database belongs to org ${bound ?? ''}: its links lead there. Nothing was read or written.`,
    `Check SF_LOGIN_URL, SF_USERNAME and MONGODB_URI. If the database is to move to the other org for good, say so by SF_ORG_ID=${orgId}.`,
  )
}
