/** What a person does about failures of one cause. */
export interface Remedy {
  /** What went wrong, in plain words. */
  what: string
  /** What to do about it first, where the command alone does not help. */
  first?: string
  /** The one command that fixes it, or does the rest after `first`. */
  command: string
}

const RETRY = 'mh-sf retry'
const ASK = 'mh-sf review list'

/** By the org's code, or ours (errors.md §2). */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  UNABLE_TO_LOCK_ROW: { what: 'somebody else was changing the same record', command: RETRY },
  SERVER_UNAVAILABLE: { what: 'the org was busy', command: RETRY },
  UNKNOWN_EXCEPTION: { what: 'the org failed inside', command: RETRY },
  INTERNAL_SERVER_ERROR: { what: 'the org failed inside', command: RETRY },
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: { what: 'the org was in maintenance', command: RETRY },
  QUERY_TIMEOUT: { what: 'the org took too long', command: RETRY },
  NOT_PROCESSED: { what: 'a Bulk job ended before it came to these rows', command: RETRY },
  MOVED: { what: 'the platform changed the person meanwhile', command: RETRY },
  UNKNOWN_FATE: { what: 'the reply was lost, and what became of it is not known', command: RETRY },
  SF_UNREACHABLE: { what: 'the org could not be reached', command: RETRY },
  SF_TIMEOUT: { what: 'the org did not answer in time', command: RETRY },
  SF_UNAVAILABLE: { what: 'the org was busy, down or in maintenance', command: RETRY },
  SF_REPLY_NOT_UNDERSTOOD: { what: "the org's reply could not be read", command: RETRY },
  SF_READ_INCOMPLETE: { what: 'the org did not give all that it had counted', command: RETRY },
  MONGO_UNREACHABLE: { what: 'the database could not be reached', command: RETRY },
  MONGO_FAILED: { what: 'the database refused', command: RETRY },
  DUPLICATES_DETECTED: { what: "one of the org's duplicate rules refused it", command: ASK },
  DUPLICATE_VALUE: { what: 'it is there already', command: RETRY },
  ENTITY_IS_DELETED: { what: 'the record was deleted in the org', command: RETRY },
  INVALID_CROSS_REFERENCE_KEY: {
    what: 'the record it belongs to is gone, or this user may not see it',
    command: RETRY,
  },
  STATUS_NOT_KEPT: {
    what: 'the campaign lacks the status, and the org stored its default',
    first: 'let an admin add the status to the campaign, or give the user the right to',
    command: RETRY,
  },
  REQUIRED_FIELD_MISSING: {
    what: 'the org wants a field that is not sent',
    first: 'set leads.defaults for it, or let an admin make the field optional',
    command: RETRY,
  },
  FIELD_CUSTOM_VALIDATION_EXCEPTION: {
    what: "one of the org's validation rules refused it",
    first: 'let an admin look at the validation rules of the object',
    command: RETRY,
  },
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: {
    what: 'automation in the org (a trigger or flow) failed',
    first: 'let an admin look at the automation of the object',
    command: RETRY,
  },
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: {
    what: 'the org does not know a value of a picklist',
    first: 'let an admin add the value, or change it in the settings',
    command: RETRY,
  },
  STRING_TOO_LONG: {
    what: 'a text is longer than its field',
    first: 'let an admin lengthen the field',
    command: RETRY,
  },
  INVALID_EMAIL_ADDRESS: {
    what: 'the org does not take the address',
    first: 'correct it on the platform',
    command: RETRY,
  },
  STORAGE_LIMIT_EXCEEDED: { what: "the org's storage is full", first: 'let an admin make room', command: RETRY },
  INSUFFICIENT_ACCESS_OR_READONLY: {
    what: 'the user may not change the record',
    first: 'let an admin give the right',
    command: RETRY,
  },
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: {
    what: 'the user may not use a record it belongs to',
    first: 'let an admin give the right',
    command: RETRY,
  },
  INVALID_FIELD_FOR_INSERT_UPDATE: {
    what: 'the user may not write a field',
    first: 'let an admin give the right',
    command: RETRY,
  },
  VALUE_CLEARS_FIELD: {
    what: 'a value is the very text that clears a field in a Bulk job',
    command: 'mh-sf campaign sync --via collections',
  },
}

/** What to do about a code; of one that is not known, what it says for itself. */
export function remedyOf(code: string): Remedy {
  return (
    REMEDIES[code] ?? {
      what: `the org refused it with ${code}`,
      first: 'look the code up, or ask an admin',
      command: RETRY,
    }
  )
}
