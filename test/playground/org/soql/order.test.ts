import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sorted } from '../../../../src/playground/org/soql/order.js'

test('the first k of a sort are those of the whole sort, ties included', () => {
  const item = fc.record({ a: fc.option(fc.nat(3)), b: fc.option(fc.constantFrom('x', 'y')) })
  fc.assert(
    fc.property(fc.array(item), fc.nat(20), fc.boolean(), fc.boolean(), (items, keep, descending, nullsLast) => {
      const by = [
        { key: ({ a }: (typeof items)[number]) => a, descending, nullsLast },
        { key: ({ b }: (typeof items)[number]) => b, descending: !descending, nullsLast },
      ]
      expect(sorted(items, by, keep)).toEqual(sorted(items, by).slice(0, keep))
    }),
  )
})
