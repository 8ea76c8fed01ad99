import { type Document } from 'bson'
import { type KnownDifference } from '../support/engines.js'
import { type Difference, textOf } from './comparison.js'
import { type Operation } from './operation.js'
import { type Answer, numberOf } from './runner.js'

/** A known difference, recognised in how two servers answered one operation. */
interface Accepted {
  readonly name: KnownDifference
  recognises(difference: Difference): boolean
}

const ACCEPTED: readonly Accepted[] = [
  {
    name: 'count of nothing',
    recognises: ({ operation, ours, theirs }) =>
      operation?.kind === 'aggregate' && textOf(theirs).replaceAll('{"n":{"$numberInt":"0"}}', '') === textOf(ours),
  },
  {
    name: 'count of all',
    recognises: ({ operation }) =>
      operation?.kind === 'count' && Object.keys((operation.command.query ?? {}) as Document).length === 0,
  },
  {
    name: 'reply of drop',
    recognises: ({ operation, ours, theirs }) =>
      operation?.kind === 'drop' && same(without(ours, 'nIndexesWas'), theirs),
  },
  {
    name: 'finding without a change',
    recognises: ({ ours, theirs }) => {
      const [found, missed] = [lastErrorObject(ours), lastErrorObject(theirs)]
      const isIt =
        found?.n === 1 && found.updatedExisting === true && missed?.n === 0 && missed.updatedExisting === false
      return isIt && same(without(ours, 'lastErrorObject'), without(theirs, 'lastErrorObject'))
    },
  },
  {
    name: 'the same replacement',
    recognises: ({ operation, ours, theirs }) =>
      operation?.kind === 'update' &&
      hasReplacement(operation) &&
      same(without(ours, 'nModified'), without(theirs, 'nModified')),
  },
  {
    name: 'key of an array',
    recognises: ({ ours, theirs }) => same(without(ours, 'keyValue'), without(theirs, 'keyValue')),
  },
  {
    name: 'key found afterwards',
    recognises: ({ operation, ours, theirs }) =>
      operation?.kind === 'update' && same(withoutKeys(ours), withoutKeys(theirs)),
  },
  {
    name: 'codes of updates',
    recognises: ({ operation, ours, theirs }) => {
      const [left, right] = [codesOf(ours), codesOf(theirs)]
      const areKnown =
        left.length === right.length &&
        left.every((code, i) => code === right[i] || UPDATE_CODES.has(`${code} ${right[i] ?? ''}`))
      const counts = hasReplacement(operation) ? ['nModified'] : []
      const rest = (answer: unknown): unknown => ['code', 'codeName', ...counts].reduce(without, answer)
      return areKnown && same(rest(ours), rest(theirs))
    },
  },
  {
    name: 'errors ahead of their batch',
    recognises: ({ operation, ours, theirs }) => {
      const [replies, [error, ...others]] = [ours as Document[], theirs as Document[]]
      const isAhead = replies.length > 1 && others.length === 0 && error?.ok === 0
      return isAhead && (operation?.kill === true || same(replies.at(-1), error))
    },
  },
  {
    name: 'upserts tried again',
    recognises: ({ operation, ours }) =>
      operation !== undefined && failedStatements(operation, ours).some(isTriedAgain),
  },
]

/** MongoDB's code for a wrong update, and the real engine's. */
const UPDATE_CODES = new Set(['14 2', '52 2', '56 2', '66 2', '2 28', '28 2', '2 14', '28 9', '28 14', '14 28'])

/** A statement of an update command that failed. */
interface FailedStatement {
  readonly statement: Document | undefined
  readonly code: number
  readonly isLast: boolean
  readonly ordered: boolean
}

function failedStatements({ command }: Operation, answer: unknown): FailedStatement[] {
  const [reply] = answer as Document[]
  const statements = (command.updates ?? []) as Document[]
  return ((reply?.writeErrors ?? []) as Document[]).map(({ index, code }) => ({
    statement: statements[numberOf(index)],
    code: numberOf(code),
    isLast: numberOf(index) === statements.length - 1,
    ordered: command.ordered !== false,
  }))
}

function isTriedAgain({ statement, code, isLast, ordered }: FailedStatement): boolean {
  return !ordered && !isLast && code === 11000 && statement?.upsert === true
}

/** The known difference after which two servers may hold other documents, whatever they answered. */
export function hidden(operation: Operation, answer: Answer): KnownDifference | undefined {
  const failed = failedStatements(operation, answer)
  if (failed.some(({ statement }) => statement?.multi === true)) return 'many in one'
  return failed.some(isTriedAgain) ? 'upserts tried again' : undefined
}

/** The known difference that a difference is, if it is one. */
export function acceptedAs(difference: Difference): KnownDifference | undefined {
  return ACCEPTED.find((one) => one.recognises(difference))?.name
}

/** The codes of an answer's errors, in their order. */
export function codesOf(answer: unknown): string[] {
  return [...textOf(answer).matchAll(/"code":\{"\$number\w+":"(\d+)"\}/g)].map(([, code = '']) => code)
}

function same(a: unknown, b: unknown): boolean {
  return textOf(a) === textOf(b)
}

/** A value without a field, wherever it is. */
function without(value: unknown, name: string): unknown {
  return JSON.parse(textOf(value), (key, field: unknown) => (key === name ? undefined : field))
}

function withoutKeys(answer: unknown): unknown {
  return without(without(answer, 'keyPattern'), 'keyValue')
}

function lastErrorObject(answer: unknown): Document | undefined {
  const [reply] = answer as Document[]
  return reply?.lastErrorObject as Document | undefined
}

/** Whether an update gives a whole document: a replacement, or a pipeline that ends in one. */
function replaces(update: unknown): boolean {
  if (Array.isArray(update)) return update.some((stage: Document) => '$replaceWith' in stage)
  return !Object.keys(update ?? {}).some((name) => name.startsWith('$'))
}

/** Whether 'the same replacement' may be in an answer as well. */
function hasReplacement(operation: Operation | undefined): boolean {
  return ((operation?.command.updates ?? []) as Document[]).some(({ u }) => replaces(u))
}
