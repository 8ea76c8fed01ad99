import { expect, test } from 'vitest'
import { IngestJob } from '../../../../src/playground/org/bulk/ingest-job.js'
import { JobBook, JobIds, locatorOf, placeOf } from '../../../../src/playground/org/bulk/job-book.js'
import { NOW } from './bulk-org.js'

test('more than 1,000 jobs are listed in pages that hold each job once', () => {
  const [book, ids] = [new JobBook<IngestJob>(), new JobIds()]
  const made = Array.from({ length: 1_500 }, () => {
    const job = new IngestJob({
      id: ids.next(),
      operation: 'insert',
      object: 'Contact',
      externalIdFieldName: undefined,
      retriesBatches: true,
      createdById: '0055e000000000aAAA',
      createdAt: NOW,
      version: '66.0',
      columnDelimiter: 'COMMA',
      lineEnding: 'LF',
    })
    return book.add(job).id
  })
  const first = book.page(0, NOW, () => true)
  const second = book.page(first.next ?? 0, NOW, () => true)
  expect([first.jobs.length, second.jobs.length, second.next]).toEqual([1_000, 500, undefined])
  const listed = [...first.jobs, ...second.jobs].map(({ id }) => id)
  expect(listed).not.toEqual(made)
  expect(listed.toSorted()).toEqual(made.toSorted())
})

test('a locator is the place in base64 without padding, and nothing else is one', () => {
  expect(locatorOf(10_000)).toBe('MTAwMDA')
  expect(placeOf('MTAwMDA')).toBe(10_000)
  for (const bad of ['', 'MTAwMDA=', 'LTE', 'MS41', 'x']) expect(() => placeOf(bad)).toThrow('invalid query locator')
})
