import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { checksum, composeId, toId18 } from '../../../src/playground/org/ids.js'
import { text } from '../../../src/playground/org/fields.js'
import { STANDARD_OBJECTS } from '../../../src/playground/org/objects/standard.js'
import { Schema } from '../../../src/playground/org/schema.js'
import { type Row, Store } from '../../../src/playground/org/store.js'

const NOW = Date.parse('2026-10-05T12:00:00.750Z')
let store: Store

beforeEach(() => {
  store = new Store(new Schema(STANDARD_OBJECTS), () => NOW)
  store.seedUserId = '0055e0000000001AAA'
})

describe('ids', () => {
  it.each([
    ['0034C00000VaYfK', 'QAV'],
    ['00Q4C00000B5Bug', 'UAF'],
    ['0013V000009ic0s', 'QAA'],
    ['003Wr00001BMbJp', 'IAL'],
  ])('%s has the recorded checksum %s', (id15, suffix) => {
    expect(checksum(id15)).toBe(suffix)
    expect(toId18(id15)).toBe(id15 + suffix)
  })

  it('survive a store without case, and no other change', () => {
    const id = '0034C00000VaYfKQAV'
    expect(toId18('0034C00000VaYfKqav')).toBe(id)
    for (const wrong of ['0034c00000VaYfKQAV', '0034C00000VaYfKQAW', '0034C00000VaYf', 'x'.repeat(18), '']) {
      expect(toId18(wrong)).toBeUndefined()
    }
  })

  it('ascend with their number', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), (a, b) => {
        expect(composeId('003', a) < composeId('003', b)).toBe(a < b)
      }),
    )
  })
})

describe('loading', () => {
  it('fills in what is absent and keeps what is given', () => {
    const made = Date.parse('2024-01-02T03:04:05Z')
    store.load('Contact', [
      { LastName: 'A' },
      { lastname: 'B', FirstName: 'Bo', CreatedDate: made, OwnerId: '0055e0000000002AAA' },
    ])
    const [a, b] = [...store.scan('contact')]
    expect(a).toMatchObject({
      Id: composeId('003', 1),
      Name: 'A',
      IsDeleted: false,
      OwnerId: store.seedUserId,
      SystemModstamp: Date.parse('2026-10-05T12:00:00Z'),
    })
    expect(b).toMatchObject({ Name: 'Bo B', CreatedDate: made, SystemModstamp: made, OwnerId: '0055e0000000002AAA' })
  })

  it('gives rows of one shape to an object, whatever the later ones leave out', () => {
    store.load('Lead', [
      { Company: 'C', LastName: 'A', Email: 'x@example.org' },
      { LastName: 'B', Company: 'C', Phone: '1' },
      { LastName: 'C', Company: 'C' },
      { Phone: '2', Email: 'y@example.org', LastName: 'D', Company: 'C' },
    ])
    const [, b, c, d] = [...store.scan('Lead')].map((row) => Object.keys(row))
    expect(c).toEqual(b)
    expect(d).toEqual(b)
  })

  it('refuses a field that is not there, and an id that is taken, malformed or of another object', () => {
    const load = (record: Record<string, string>) => () => store.load('Contact', [{ LastName: 'x', ...record }])
    store.load('Contact', [{ Id: '0034C00000VaYfK', LastName: 'x' }])
    expect(load({ Nope: 'x' })).toThrow('Contact has no field Nope to load')
    expect(load({ Id: '0034C00000VaYfKQAV' })).toThrow('is taken')
    expect(load({ Id: '0034C00000VaYfKQAW' })).toThrow('checksum')
    expect(load({ Id: '00Q4C00000B5BugUAF' })).toThrow('is no id of Contact')
  })

  it('counts loaded members on their campaign', () => {
    store.load('Contact', [{ Id: composeId('003', 1), LastName: 'A', Email: 'a@example.org' }])
    store.load('Campaign', [{ Id: composeId('701', 1), Name: 'C' }])
    store.load('CampaignMember', [{ CampaignId: composeId('701', 1), ContactId: composeId('003', 1), Status: 'Sent' }])
    expect(store.get(composeId('701', 1))).toMatchObject({ NumberOfContacts: 1 })
    expect([...store.scan('CampaignMember')][0]).toMatchObject({ Email: 'a@example.org', Type: 'Contact' })
  })
})

describe('looking up', () => {
  it('finds by address without case, deleted ones too, and by id in either length', () => {
    store.load('Contact', [
      { Id: '0034C00000VaYfK', LastName: 'A', Email: 'Ä@Example.org' },
      { LastName: 'B', Email: 'ä@example.ORG', IsDeleted: true },
    ])
    expect(store.lookup('Contact', 'email', 'ä@EXAMPLE.org')).toHaveLength(2)
    expect(store.lookup('Contact', 'Email', 'nobody@example.org')).toEqual([])
    expect(store.lookup('Contact', 'Id', '0034C00000VaYfK')).toHaveLength(1)
    expect(store.lookup('Lead', 'Id', '0034C00000VaYfK')).toEqual([])
    expect(store.get('0034C00000VaYfKQAV')?.['LastName']).toBe('A')
  })

  it('finds children by their parent, and has no index for other fields', () => {
    store.load('Account', [{ Id: composeId('001', 1), Name: 'Acme' }])
    store.load('Contact', [{ LastName: 'A', AccountId: composeId('001', 1) }])
    expect(store.lookup('Contact', 'AccountId', composeId('001', 1).slice(0, 15))).toHaveLength(1)
    expect(store.lookup('Contact', 'LastName', 'A')).toBeUndefined()
    expect(store.lookup('Contact', 'OwnerId', store.seedUserId)).toBeUndefined()
  })

  it('finds by a field that was added later', () => {
    store.load('Contact', [{ LastName: 'A' }])
    store.define('Contact', [text('Key__c', 'Key', 20, { externalId: true })])
    const [row] = [...store.scan('Contact')]
    expect(row?.['Key__c'] ?? null).toBeNull()
    store.change(row as Row, { Key__c: 'k' })
    expect(store.lookup('Contact', 'Key__c', 'K')).toEqual([row])
  })
})

describe('taking back', () => {
  const addresses = fc.constantFrom('a@example.org', 'b@example.org', 'A@example.org', null)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), Email: addresses }),
    fc.record({ kind: fc.constant('change' as const), at: fc.nat(20), Email: addresses }),
    fc.record({ kind: fc.constant('purge' as const), at: fc.nat(20) }),
  )

  /** Rows and what the index says of every address, whatever order they are in. */
  const picture = () => {
    const rows = [...store.scan('Contact')].map((row) => ({ ...row })).sort((a, b) => (a.Id < b.Id ? -1 : 1))
    const found = ['a@example.org', 'b@example.org'].map((email) =>
      (store.lookup('Contact', 'Email', email) ?? []).map(({ Id }) => Id).sort(),
    )
    return { rows, found }
  }

  it('leaves rows and indexes exactly as they were, whatever was done', () => {
    fc.assert(
      fc.property(fc.array(addresses, { maxLength: 5 }), fc.array(step, { maxLength: 15 }), (seeds, steps) => {
        store = new Store(new Schema(STANDARD_OBJECTS), () => NOW)
        store.load(
          'Contact',
          seeds.map((Email) => ({ LastName: 'x', Email })),
        )
        const before = picture()
        const savepoint = store.savepoint()
        for (const one of steps) {
          const row = [...store.scan('Contact')][one.kind === 'add' ? 0 : one.at]
          if (one.kind === 'add') store.load('Contact', [{ LastName: 'y', Email: one.Email }])
          else if (row !== undefined && one.kind === 'change') store.change(row, { Email: one.Email })
          else if (row !== undefined) store.purge(row)
        }
        savepoint.rollback()
        expect(picture()).toEqual(before)
      }),
    )
  })
})

describe('rows', () => {
  it('are found by whatever id they came with, and no id that came is made again', () => {
    const given = [2, 4, 900_000_000].map((n) => composeId('003', n)).concat('0034C00000VaYfKQAV')
    store.load(
      'Contact',
      given.map((Id) => ({ Id, LastName: Id })),
    )
    store.load('Contact', [{ LastName: 'first' }, { LastName: 'second' }])
    for (const id of given) expect(store.get(id)?.['LastName']).toBe(id)
    expect(store.get(composeId('003', 1))?.['LastName']).toBe('first')
    expect(store.get(composeId('003', 3))?.['LastName']).toBe('second')
    for (const id of given) store.purge(store.get(id) as Row)
    expect([...store.scan('Contact')].map(({ LastName }) => LastName)).toEqual(['first', 'second'])
  })
})
