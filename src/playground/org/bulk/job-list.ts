import type { Call, Reply } from '../api.js'
import type { Job } from './job.js'
import { locatorOf, placeOf } from './job-book.js'
import type { JobBook } from './job-book.js'

/**
 * A page of a list of jobs (bulk2.md §1).
 *
 * @param wanted whether this endpoint's kind of job is asked for at all
 */
export const listReply = <J extends Job>(
  call: Call,
  jobs: JobBook<J>,
  endpoint: 'ingest' | 'query',
  wanted: boolean,
  info: (job: J) => object,
): Reply => {
  const locator = call.query.get('queryLocator')
  const page = jobs.page(locator === null ? 0 : placeOf(locator), call.now(), () => wanted)
  const next = page.next === undefined ? null : locatorOf(page.next)
  const nextRecordsUrl = next === null ? null : `/services/data/v${call.version}/jobs/${endpoint}?queryLocator=${next}`
  return { status: 200, json: { done: next === null, records: page.jobs.map(info), nextRecordsUrl } }
}
