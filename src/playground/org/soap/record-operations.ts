import { visibleObject } from '../access.js'
import { allOrNothing } from '../all-or-nothing.js'
import { convertLead, type LeadConvert, type LeadConvertResult } from '../conversion.js'
import type { OrgCore } from '../core.js'
import type { SaveContext } from '../dml.js'
import { merge, type MergeRequest, type MergeResult } from '../merge.js'
import { notFound, OrgError, saveError, type SaveError } from '../org-error.js'
import { refused, type SaveResult } from '../save-result.js'
import type { SoapCall, SoapOperation, SoapOperations } from './endpoint.js'
import { readRecord, type SoapRecord } from './sobject.js'
import { childOf, childrenOf, textOf, type XmlElement } from './xml-element.js'
import type { XmlFields } from './xml-writer.js'

const MAX_RECORDS = 200
/** objects.md §2 */
const MAX_CONVERSIONS = 100

/** Records by SOAP: the only way to convert, merge and undelete (objects.md §2, §8), and the same saving as REST. */
export function recordOperations(core: OrgCore): SoapOperations {
  const { store, dml } = core
  return {
    create: each(core, 'sObjects', (element, context) => {
      const { type, id, values } = typed(core, readRecord(element))
      return dml.insert(type, id === undefined ? values : { Id: id, ...values }, context)
    }),
    update: each(core, 'sObjects', (element, context) => {
      const { type, id, values } = typed(core, readRecord(element))
      return id === undefined ? refused([idMissing()]) : dml.update(type, id, values, context)
    }),
    upsert: upsertOperation(core),
    delete: each(core, 'ids', ({ text }, context) => dml.remove(null, text, context)),
    undelete: each(core, 'ids', ({ text }, context) => dml.undelete(text, context)),
    emptyRecycleBin: each(core, 'ids', ({ text }) => dml.bin.empty(text)),
    convertLead: (call) => {
      const wanted = bounded(childrenOf(call.operation, 'leadConverts'), MAX_CONVERSIONS)
      const context = contextOf(call)
      return wanted.map((element) => conversionFields(convertLead(store, dml, readConversion(element), context)))
    },
    merge: (call) => {
      const wanted = bounded(childrenOf(call.operation, 'mergeRequests'), MAX_RECORDS)
      const context = contextOf(call)
      return wanted.map((element) => mergeFields(merge(store, dml, readMerge(core, element), context)))
    },
  }
}

/** An operation that saves one element of a list after the other, all or none of them if the header says so. */
function each(
  core: OrgCore,
  list: string,
  save: (element: XmlElement, context: SaveContext) => SaveResult,
): SoapOperation {
  return (call) => {
    const elements = bounded(childrenOf(call.operation, list), MAX_RECORDS)
    const context = contextOf(call)
    const saveAll = () => elements.map((element) => save(element, context))
    return all(core, call, saveAll).map(resultFields)
  }
}

function upsertOperation(core: OrgCore): SoapOperation {
  return (call) => {
    const records = bounded(childrenOf(call.operation, 'sObjects'), MAX_RECORDS).map(readRecord)
    const key = textOf(call.operation, 'externalIDFieldName') ?? ''
    const [type = ''] = new Set(records.map((record) => typed(core, record).type))
    const given = records.map(({ id, values }) => (id === undefined ? values : { Id: id, ...values }))
    const saveAll = () => core.dml.upsertAll(type, key, given, contextOf(call))
    return all(core, call, saveAll).map((result) => ({ ...resultFields(result), created: result.created }))
  }
}

function all(core: OrgCore, { header }: SoapCall, save: () => SaveResult[]): SaveResult[] {
  const allOrNone = textOf(childOf(header, 'AllOrNoneHeader'), 'allOrNone') === 'true'
  return allOrNone ? allOrNothing(core.store, save) : save()
}

/** Values are text, as in a CSV: a wrong one fails its record and not the call (errors.md §2). */
function contextOf({ session, header, transaction }: SoapCall): SaveContext {
  const asked = childOf(header, 'DuplicateRuleHeader')
  const isOn = (name: string) => textOf(asked, name) === 'true'
  const duplicates = { allowSave: isOn('allowSave'), includeRecordDetails: isOn('includeRecordDetails') }
  return { userId: session.userId, source: 'csv', duplicates, transaction }
}

function typed(core: OrgCore, record: SoapRecord): SoapRecord {
  const def = visibleObject(core, record.type)
  if (def !== undefined) return { ...record, type: def.name }
  throw new OrgError(500, 'INVALID_TYPE', `sObject type '${record.type}' is not supported.`)
}

function bounded(elements: readonly XmlElement[], max: number): readonly XmlElement[] {
  if (elements.length <= max) return elements
  const message = `record limit reached. cannot submit more than ${max} records into this call`
  throw new OrgError(500, 'EXCEEDED_ID_LIMIT', message)
}

function idMissing(): SaveError {
  return saveError('MISSING_ARGUMENT', 'Id not specified in an update call')
}

function readConversion(element: XmlElement): LeadConvert {
  const isOn = (name: string) => textOf(element, name) === 'true'
  return {
    leadId: textOf(element, 'leadId') ?? '',
    convertedStatus: textOf(element, 'convertedStatus') ?? '',
    accountId: textOf(element, 'accountId'),
    contactId: textOf(element, 'contactId'),
    overwriteLeadSource: isOn('overwriteLeadSource'),
    doNotCreateOpportunity: isOn('doNotCreateOpportunity'),
    ownerId: textOf(element, 'ownerId'),
  }
}

function readMerge(core: OrgCore, element: XmlElement): MergeRequest {
  const master = childOf(element, 'masterRecord')
  if (master === undefined) throw notFound('masterRecord is missing')
  const { type, id, values } = typed(core, readRecord(master))
  const recordToMergeIds = childrenOf(element, 'recordToMergeIds').map(({ text }) => text)
  return { object: type, masterId: id ?? '', values, recordToMergeIds }
}

function errorFields(errors: readonly SaveError[]): XmlFields[] {
  return errors.map(({ code, message, fields }) => ({ fields, message, statusCode: code }))
}

function resultFields({ errors, id, success }: SaveResult): XmlFields {
  return { errors: errorFields(errors), id, success }
}

function conversionFields({ errors, ...ids }: LeadConvertResult): XmlFields {
  return { ...ids, errors: errorFields(errors) }
}

function mergeFields({ errors, ...ids }: MergeResult): XmlFields {
  return { errors: errorFields(errors), ...ids }
}
