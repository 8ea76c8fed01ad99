/** A code of the REST API with the status it comes with and a text it was seen with (errors.md §2). */
interface KnownError {
  readonly status: number
  readonly message: string
}

/** By code: text, and the status where it is not 400. Codes that come with several texts have the commonest one. */
const TEXTS: Readonly<Record<string, string | readonly [number, string]>> = {
  INVALID_SESSION_ID: [401, 'Session expired or invalid'],
  INVALID_AUTH_HEADER: [401, 'INVALID_HEADER_TYPE'],
  API_DISABLED_FOR_ORG: [403, 'The REST API is not enabled for this Organization.'],
  API_CURRENTLY_DISABLED: [403, 'API is currently disabled for this Organization or User'],
  FUNCTIONALITY_NOT_ENABLED: [403, 'Functionality not enabled'],
  REQUEST_LIMIT_EXCEEDED: [403, 'TotalRequests Limit exceeded.'],
  SERVER_UNAVAILABLE: [503, 'Server is too busy'],
  UNKNOWN_EXCEPTION: [
    500,
    'An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (-1234567890)',
  ],
  INTERNAL_SERVER_ERROR: [500, 'An internal server error has occurred'],
  UNABLE_TO_LOCK_ROW: 'unable to obtain exclusive access to this record or 200 records',
  QUERY_TIMEOUT: 'Your query request was running for too long.',
  REQUEST_RUNNING_TOO_LONG: [500, 'Your request was running for too long, and has been stopped.'],
  QUERY_TOO_COMPLICATED:
    'QUERY_TOO_COMPLICATED: Query is either selecting too many fields or the filter is too complicated.',
  OPERATION_TOO_LARGE: "exceeded 100000 distinct who/what's",
  EXCEEDED_ID_LIMIT: 'exceeded id limit',
  INVALID_QUERY_LOCATOR: 'invalid query locator',
  MALFORMED_QUERY: "unexpected token: 'FORM'",
  INVALID_FIELD: "No such column 'X' on entity 'Y'.",
  INVALID_TYPE: "sObject type 'X' is not supported.",
  NOT_FOUND: [404, 'The requested resource does not exist'],
  METHOD_NOT_ALLOWED: [405, 'HTTP Method not allowed.'],
  JSON_PARSER_ERROR: 'Cannot deserialize instance of date from VALUE_STRING value x at [line:1, column:1]',
  GONE: [410, 'The requested resource is no longer available'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Content-Type is not supported'],
  REQUIRED_FIELD_MISSING: 'Required fields are missing: [LastName]',
  STRING_TOO_LONG: 'data value too large: x (max length=255)',
  INVALID_EMAIL_ADDRESS: 'Email: invalid email address: badone',
  FIELD_CUSTOM_VALIDATION_EXCEPTION: 'A validation rule of the org refuses this record.',
  FIELD_INTEGRITY_EXCEPTION: 'field integrity exception',
  INVALID_FIELD_FOR_INSERT_UPDATE:
    'Unable to create/update fields: X. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
  MALFORMED_ID: 'malformed id x',
  INVALID_CROSS_REFERENCE_KEY: 'invalid cross reference id',
  ENTITY_IS_DELETED: [404, 'entity is deleted'],
  ENTITY_IS_LOCKED: 'the entity is locked for editing',
  CANNOT_UPDATE_CONVERTED_LEAD: 'cannot reference converted lead',
  DUPLICATE_VALUE: 'duplicate value found: <unknown> duplicates value on record with id: <unknown>',
  DUPLICATES_DETECTED: 'Use one of these records?',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 'TriggerName: execution of BeforeInsert caused by: System.DmlException',
  DELETE_FAILED: 'Your attempt to delete X could not be completed because it is associated with other records.',
  INSUFFICIENT_ACCESS_OR_READONLY: 'insufficient access rights on object id',
  INSUFFICIENT_ACCESS: [403, 'insufficient access rights'],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'insufficient access rights on cross-reference id',
  TXN_SECURITY_NO_ACCESS: [403, 'The operation you requested was blocked due to a security policy.'],
  INACTIVE_OWNER_OR_USER: 'operation performed with inactive user',
  STORAGE_LIMIT_EXCEEDED: 'storage limit exceeded',
  LIMIT_EXCEEDED: 'limit exceeded',
  EXCEEDED_MAX_SIZE_REQUEST: [413, 'The request is too large'],
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: 'Updates can not be made during maintenance.',
  INVALIDJOB: 'InvalidJob',
  INVALIDJOBSTATE: 'InvalidJobState',
  EXCEEDEDQUOTA: 'ExceededQuota',
  API_ERROR: 'an error of the Bulk API',
  invalid_grant: 'expired access/refresh token',
  invalid_client_id: 'client identifier invalid',
  invalid_client: 'invalid client credentials',
  invalid_app_access: 'user is not admin approved to access this app',
  app_not_found: 'External client app is not installed in this org',
  invalid_token: 'invalid token',
  unsupported_grant_type: 'grant type not supported',
}

export const ERROR_CODES: readonly string[] = Object.keys(TEXTS)

/** What is known of a code; undefined for one that the reference does not have. */
export function knownError(code: string): KnownError | undefined {
  const text = Object.hasOwn(TEXTS, code) ? TEXTS[code] : undefined
  if (text === undefined) return undefined
  return typeof text === 'string' ? { status: 400, message: text } : { status: text[0], message: text[1] }
}
