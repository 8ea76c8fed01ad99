import { multipicklist, text } from '../../../../src/playground/org/fields.js'
import { STANDARD_OBJECTS } from '../../../../src/playground/org/objects/standard.js'
import { OrgError } from '../../../../src/playground/org/org-error.js'
import { Schema } from '../../../../src/playground/org/schema.js'
import { Store } from '../../../../src/playground/org/store.js'
import type { SeedRecord } from '../../../../src/playground/org/store.js'
import { prepare } from '../../../../src/playground/org/soql/run.js'
import type { QueryContext } from '../../../../src/playground/org/soql/run.js'

/** Wednesday. */
export const NOW = Date.parse('2026-05-06T10:30:00Z')

type Seeds = Readonly<Record<string, readonly SeedRecord[]>>

/** An org whose tables can not be read from end to end: what passes here went through an index. */
export class IndexOnlyStore extends Store {
  override scan(object: string): never {
    throw new Error(`${object} was scanned`)
  }
}

/** A store with a user, an external id and a multipicklist on Contact, and what a test adds. */
export const storeOf = (seeds: Seeds, Kind: typeof Store = Store): Store => {
  const store = new Kind(new Schema(STANDARD_OBJECTS), () => NOW)
  store.seedUserId = '0055e000000000aAAA'
  const [key, skills] = [
    text('Key__c', 'Key', 40, { externalId: true, unique: true }),
    multipicklist('Skills__c', 'Skills', []),
  ]
  store.define('Contact', [key, skills])
  store.load('User', [
    { Id: '0055e000000000aAAA', Username: 'ada@example.org', LastName: 'Lovelace', FirstName: 'Ada' },
  ])
  for (const [object, records] of Object.entries(seeds)) store.load(object, records)
  return store
}

/** Runs statements on a small org: the JSON records, or what the org refuses with. */
export const orgOf = (seeds: Seeds, options: Partial<QueryContext> = {}) => {
  const store = options.store ?? storeOf(seeds)
  const context = (): QueryContext => ({
    hidden: () => false,
    now: NOW,
    includeDeleted: false,
    version: '66.0',
    ...options,
    store,
  })
  const run = (soql: string) => prepare(soql, context())
  const records = (soql: string) => {
    const prepared = run(soql)
    return prepared.rows.map((row) => prepared.toJson(row))
  }
  return {
    store,
    run,
    records,
    /** One column of the result, sorted, for statements without an order. */
    values: (soql: string) => {
      const prepared = run(soql)
      return prepared.rows.map((row) => prepared.toCsv(row)[0] ?? null).sort()
    },
    refusal: (soql: string): OrgError => {
      try {
        const { rows } = run(soql)
        throw new Error(`not refused, ${rows.length} rows: ${soql}`)
      } catch (error) {
        if (error instanceof OrgError) return error
        throw error
      }
    },
  }
}
