import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode, type Document } from '../../../src/playground/mongo/bson/value.js'
import { type Change } from '../../../src/playground/mongo/store/change-log.js'
import { type Collection } from '../../../src/playground/mongo/store/collection.js'
import { Databases } from '../../../src/playground/mongo/store/databases.js'
import { parseIndexSpec } from '../../../src/playground/mongo/store/index-spec.js'

const byGroup = parseIndexSpec({ key: { group: 1, _id: 1 }, name: 'by_group' })
const byEmail = parseIndexSpec({ key: { email: 1 }, name: 'email_1', unique: true })

interface Step {
  readonly kind: 'insert' | 'change' | 'remove'
  readonly id: number
  readonly group: number
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('insert', 'change', 'remove'),
    id: fc.nat({ max: 12 }),
    group: fc.nat({ max: 3 }),
  }),
  { maxLength: 60 },
)

function carryOut(collection: Collection, { kind, id, group }: Step): void {
  const record = collection.findId(id)
  const document = encode({ _id: id, group, email: `${id}.${group}` })
  if (kind === 'insert' && record === -1) collection.insert(document)
  else if (kind === 'change' && record !== -1) collection.replace(record, document)
  else if (kind === 'remove' && record !== -1) collection.remove(record)
}

/** All that can be seen of a collection: its documents, and what its indexes find. */
function stateOf(collection: Collection): unknown {
  const documents: Document[] = []
  for (let record = 0; record < collection.end; record++) {
    if (collection.has(record)) documents.push(decode(Buffer.from(collection.bytes(record))))
  }
  const groups = [0, 1, 2, 3].map((group) => {
    const posting = collection.indexes[0]?.find([group])
    return typeof posting === 'number' ? [posting] : [...(posting?.all() ?? [])]
  })
  return { documents, groups, count: collection.count, ids: [...collection.byId.all()] }
}

function watched(): { collection: Collection; changes: Change[]; databases: Databases } {
  const databases = new Databases(() => 0)
  const changes: Change[] = []
  databases.log.beforeNeeded++
  databases.log.attach((batch) => {
    changes.push(...batch)
    return undefined
  })
  const collection = databases.open('d', 'c')
  collection.createIndex(byGroup)
  collection.createIndex(byEmail)
  return { collection, changes, databases }
}

describe('The log of changes', () => {
  test('undoes, and does again, whatever was done', () => {
    fc.assert(
      fc.property(steps, steps, (first, second) => {
        const { collection, changes, databases } = watched()
        for (const step of first) carryOut(collection, step)
        void databases.log.commit()
        const before = stateOf(collection)
        const from = changes.length
        for (const step of second) carryOut(collection, step)
        void databases.log.commit()
        const after = stateOf(collection)
        const made = changes.slice(from).filter((change) => 'record' in change)
        for (const change of [...made].reverse()) collection.put(change.record, change.before)
        expect(stateOf(collection)).toEqual(before)
        for (const change of made) collection.put(change.record, change.after)
        expect(stateOf(collection)).toEqual(after)
      }),
      { numRuns: 100 },
    )
  })

  test('names collections, indexes and databases in the order in which they come and go', () => {
    const { collection, changes, databases } = watched()
    collection.dropIndexes(({ name }) => name === 'email_1')
    databases.open('d', 'other')
    databases.drop('d', 'other')
    databases.dropDatabase('d')
    expect(changes).toEqual([])
    void databases.log.commit()
    expect(changes.map(({ kind }) => kind)).toEqual([
      'createCollection',
      'createIndex',
      'createIndex',
      'dropIndex',
      'createCollection',
      'dropCollection',
      'dropCollection',
      'dropDatabase',
    ])
  })

  test('keeps nobody waiting but for a sink that has not finished', async () => {
    const { databases } = watched()
    expect(databases.log.commit()).toBeUndefined()
    let finish = (): void => undefined
    databases.log.attach(() => new Promise((resolve) => (finish = resolve)))
    databases.open('d', 'other')
    const durable = databases.log.commit()
    finish()
    await expect(durable).resolves.toBeUndefined()
  })
})
