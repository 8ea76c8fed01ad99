import { BSONError } from 'bson'
import { MingoError } from 'mingo/util'

/** MongoDB's names for its error codes; a code without a name is called `Location<code>`, as the server does. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'InternalError',
  2: 'BadValue',
  9: 'FailedToParse',
  13: 'Unauthorized',
  14: 'TypeMismatch',
  16: 'InvalidLength',
  17: 'ProtocolError',
  18: 'AuthenticationFailed',
  20: 'IllegalOperation',
  22: 'InvalidBSON',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  50: 'MaxTimeMSExpired',
  52: 'DollarPrefixedFieldName',
  53: 'InvalidIdField',
  54: 'NotSingleValueField',
  56: 'EmptyFieldName',
  59: 'CommandNotFound',
  64: 'WriteConcernFailed',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  68: 'IndexAlreadyExists',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  79: 'UnknownReplWriteConcern',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  89: 'NetworkTimeout',
  91: 'ShutdownInProgress',
  100: 'UnsatisfiableWriteConcern',
  112: 'WriteConflict',
  115: 'CommandNotSupported',
  117: 'ConflictingOperationInProgress',
  125: 'CommandFailed',
  168: 'InvalidPipelineOperator',
  171: 'CannotIndexParallelArrays',
  189: 'PrimarySteppedDown',
  217: 'IncompleteTransactionHistory',
  225: 'TransactionTooOld',
  246: 'SnapshotUnavailable',
  251: 'NoSuchTransaction',
  256: 'TransactionCommitted',
  260: 'InvalidResumeToken',
  262: 'ExceededTimeLimit',
  263: 'OperationNotSupportedInTransaction',
  279: 'ClientDisconnect',
  280: 'ChangeStreamFatalError',
  286: 'ChangeStreamHistoryLost',
  10107: 'NotWritablePrimary',
  50768: 'NotARetryableWriteCommand',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
  11600: 'InterruptedAtShutdown',
  11602: 'InterruptedDueToReplStateChange',
  13435: 'NotPrimaryNoSecondaryOk',
  13436: 'NotPrimaryOrSecondary',
}

/** The name a MongoDB server gives to an error code. */
export function codeName(code: number): string {
  return NAMES[code] ?? `Location${code}`
}

/** An error that a client is told about, with MongoDB's own code. `extra` holds fields beside it, e.g. keyPattern. */
export class CommandError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.name = 'CommandError'
  }

  /** The body of the failing reply. */
  reply(): Record<string, unknown> {
    return { ok: 0, errmsg: this.message, code: this.code, codeName: codeName(this.code), ...this.extra }
  }
}

/** What a feature of MongoDB's that this stand-in lacks answers: it names itself instead of pretending. */
export function notOffered(feature: string): CommandError {
  return new CommandError(115, `${feature} is not offered by this stand-in`)
}

/** mingo's complaints, and the code under which MongoDB makes the same one. */
const MINGO_CODES: readonly (readonly [RegExp, number])[] = [
  [/Use of undefined variable/, 17276],
  [/\$(add|subtract|multiply|divide) expression/, 14],
  [/cannot convert .* to date/, 16006],
  [/cannot convert/, 241],
  [/^\$concat /, 16702],
  [/^\$arrayElemAt /, 28689],
  [/^\$cond expects/, 16020],
  [/^\$filter 'input'/, 28651],
  [/^\$map 'input'/, 16883],
  [/^\$split /, 40085],
  [/^\$strLenCP /, 34471],
]

/** Turns whatever was thrown while a command ran into an error that MongoDB's clients understand. */
export function asCommandError(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown
  if (!(thrown instanceof Error)) return new CommandError(1, String(thrown))
  if (thrown instanceof BSONError) return new CommandError(22, thrown.message)
  if (thrown instanceof MingoError) {
    const known = MINGO_CODES.find(([pattern]) => pattern.test(thrown.message))
    return new CommandError(known ? known[1] : 2, thrown.message)
  }
  if (thrown instanceof SyntaxError) return new CommandError(51091, `Regular expression is invalid: ${thrown.message}`)
  return new CommandError(1, `${thrown.name}: ${thrown.message}`)
}
