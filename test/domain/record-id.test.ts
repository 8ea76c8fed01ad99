import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecordId } from '../../src/domain/record-id.js'

/** Verified on recorded ids (rest.md §10). */
test.each([
  ['0034C00000VaYfK', '0034C00000VaYfKQAV'],
  ['00Q4C00000B5Bug', '00Q4C00000B5BugUAF'],
  ['003Wr00001BMbJp', '003Wr00001BMbJpIAL'],
  ['0034C00000VaYfKQAV', '0034C00000VaYfKQAV'],
  ['0034C00000VaYfKqav', '0034C00000VaYfKQAV'],
])('%s is the record %s', (typed, id) => {
  expect(readRecordId(typed)).toEqual({ ok: true, id })
})

test.each([
  ['an id whose last three are another’s', '0035d00000ZZZ02AAA', 'suffix'],
  ['one whose capitals were lost', '0034c00000vayfkQAV', 'suffix'],
  ['one whose capital was mistyped', '0034C00000VaYfkQAV', 'suffix'],
  ['an account', '0013V000009ic0sQAA', 'shape'],
  ['one of 16 characters', '0034C00000VaYfKQ', 'shape'],
  ['one with a blank', ' 0034C00000VaYfK', 'shape'],
  ['an address', 'ana@example.com', 'shape'],
  ['nothing', '', 'shape'],
])('%s is no id of a Contact or Lead: %s', (_what, typed, problem) => {
  expect(readRecordId(typed)).toEqual({ ok: false, problem })
})

test('whatever is read is read again as itself, and another capital is found out', () => {
  const counts = fc
    .tuple(fc.constantFrom('003', '00Q'), fc.stringMatching(/^[0-9A-Za-z]{12}$/u))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(counts, fc.nat(11), (typed, at) => {
      const read = readRecordId(typed)
      const id = read.ok ? read.id : ''
      expect(id.slice(0, 15)).toBe(typed)
      expect(readRecordId(id)).toEqual(read)
      const one = id.charAt(3 + at)
      const other = one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase()
      const changed = id.slice(0, 3 + at) + other + id.slice(4 + at)
      expect(readRecordId(changed).ok).toBe(changed === id)
    }),
  )
})
