import type { OpenCall, OpenRoute, Reply } from '../api.js'
import type { Dispatcher } from '../dispatcher.js'
import { isObject } from '../json-body.js'
import { writeXml, type XmlFields } from '../soap/xml-writer.js'

const NAMESPACE = 'http://www.force.com/2009/06/asyncapi/dataload'
/** States of Bulk API 1.0, which knows of no processing; the rest is called the same. */
const STATES: Readonly<Record<string, string>> = {
  UploadComplete: 'Closed',
  InProgress: 'Closed',
  JobComplete: 'Closed',
}
const COPIED = ['id', 'operation', 'object', 'createdById', 'createdDate', 'systemModstamp'] as const

/**
 * The one call of Bulk API 1.0 that is answered: what has become of an ingest job. `sf data resume` asks it about jobs of
 * Bulk API 2.0. The reference is silent; the answer is a jobInfo as clients of 1.0 read it, its counters those of the job.
 */
export function classicJobRoute(dispatcher: () => Dispatcher): OpenRoute {
  return { method: 'GET', path: '/services/async/:version/job/:id', handle: (call) => classicJob(dispatcher(), call) }
}

/** Asks the newer API with the session of the older one's header, so that it is checked and counted as any call. */
async function classicJob(dispatcher: Dispatcher, { params, headers }: OpenCall): Promise<Reply> {
  const { version = '', id = '' } = params
  const authorization = `Bearer ${String(headers['x-sfdc-session'] ?? '')}`
  const url = `/services/data/v${version}/jobs/ingest/${id}`
  const request = { method: 'GET', url, headers: { authorization }, body: () => Promise.resolve(Buffer.alloc(0)) }
  const { reply } = await dispatcher.dispatch(request)
  return isObject(reply.json) ? xml(200, { jobInfo: jobInfo(reply.json) }) : xml(400, { error: refusal(reply) })
}

function jobInfo(job: Readonly<Record<string, unknown>>): XmlFields {
  const copied = Object.fromEntries(COPIED.map((name) => [name, String(job[name])]))
  const state = String(job['state'])
  return {
    '@xmlns': NAMESPACE,
    ...copied,
    state: STATES[state] ?? state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    numberRecordsProcessed: Number(job['numberRecordsProcessed'] ?? 0),
    numberRecordsFailed: Number(job['numberRecordsFailed'] ?? 0),
    numberRetries: Number(job['retries'] ?? 0),
    apiVersion: Number(job['apiVersion']).toFixed(1),
  }
}

/** A dead session is 400 InvalidSessionId in XML (auth.md §8). */
function refusal({ status }: Reply): XmlFields {
  const [exceptionCode, exceptionMessage] =
    status === 401 ? ['InvalidSessionId', 'Invalid session id'] : ['InvalidJob', 'Invalid job id']
  return { '@xmlns': NAMESPACE, exceptionCode, exceptionMessage }
}

function xml(status: number, fields: XmlFields): Reply {
  const text = `<?xml version="1.0" encoding="UTF-8"?>${writeXml(fields)}`
  return { status, text, headers: { 'Content-Type': 'application/xml' } }
}
