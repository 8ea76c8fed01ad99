import { OrgError } from '../org-error.js'

/** The codes of the bulk control plane: upper case without underscores (bulk2.md §4, errors.md §2). */
export type BulkCode =
  | 'INVALIDJOB'
  | 'INVALIDJOBSTATE'
  | 'INVALIDUSER'
  | 'INVALIDVERSION'
  | 'EXCEEDEDQUOTA'
  | 'FEATURENOTENABLED'
  | 'API_ERROR'

/** A refusal of the bulk control plane, 400 unless stated. */
export const refusal = (code: BulkCode, message: string, status = 400): OrgError => new OrgError(status, code, message)

/** A job definition that can not be. */
export const invalidJob = (message: string): OrgError => refusal('INVALIDJOB', `InvalidJob : ${message}`)

/** A call that the job's state does not allow. */
export const illegalState = (message: string): OrgError => refusal('INVALIDJOBSTATE', message)

/** A body that is no JSON object of the fields this call knows. */
export const badJson = (message: string): OrgError => new OrgError(400, 'JSON_PARSER_ERROR', message)

export { notFound, notImplemented, OrgError, saveError } from '../org-error.js'
