import { Query } from 'mingo/query'
import { CommandError, notOffered } from '../command-error.js'
import { decode, decodeTyped, isDocument, readFields, type Document } from '../bson/value.js'
import { constraintsOf, isOperators, type Constraints } from './constraints.js'
import { fieldsOfExpression } from './expression-fields.js'
import { checkExpression, withClock } from './expression-check.js'
import { options, type Scope, UNSCOPED } from './language.js'
import { PREDICATES } from './predicates.js'

/** A filter, ready to be put to documents. */
export interface Filter {
  /** The top-level fields it looks at; undefined when it looks at whole documents. */
  readonly fields: readonly string[] | undefined
  readonly constraints: Constraints
  /** Whether a decoded document, or one that has at least `fields`, passes. */
  matches(document: Document): boolean
  /** Whether an encoded document passes. */
  matchesBytes(bytes: Buffer): boolean
}

const LACKING = new Set(['$where', '$text', '$jsonSchema', '$near', '$nearSphere', '$geoWithin', '$geoIntersects'])
const LACKING_BITS = new Set(['$bitsAllSet', '$bitsAllClear', '$bitsAnySet', '$bitsAnyClear'])
const CLAUSES = new Set(['$and', '$or', '$nor'])

/** What one walk over a filter finds out. */
interface Findings {
  readonly fields: Set<string>
  whole: boolean
  typed: boolean
}

/** Compiles a filter; throws what MongoDB throws for one that it cannot parse. */
export function compileFilter(filter: Document, scope: Scope = UNSCOPED): Filter {
  const findings: Findings = { fields: new Set(), whole: false, typed: false }
  const checked = checkFilter(filter, scope, findings)
  const constraints = constraintsOf(checked)
  if (constraints.onlyId && constraints.equal.get('_id')?.length === 1) return idFilter(checked, constraints)
  const query = new Query(checked, options(scope))
  const { fields } = findings
  const matches = (document: Document): boolean => query.test(document)
  const read = findings.typed ? decodeTyped : findings.whole ? decode : (bytes: Buffer) => readFields(bytes, fields)
  return {
    fields: findings.whole || findings.typed ? undefined : [...fields],
    constraints,
    matches,
    matchesBytes: fields.size === 0 && !findings.whole ? () => matches({}) : (bytes) => matches(read(bytes)),
  }
}

/** A filter on `_id` alone is answered by the index exactly, so it need not be compiled before it is used otherwise. */
function idFilter(filter: Document, constraints: Constraints): Filter {
  let query: Query | undefined
  const matches = (document: Document): boolean => (query ??= new Query(filter, options(UNSCOPED))).test(document)
  const fields = new Set(['_id'])
  return { fields: ['_id'], constraints, matches, matchesBytes: (bytes) => matches(readFields(bytes, fields)) }
}

/** Checks a filter and returns it as mingo takes it: without comments, and with the clock's time for `$$NOW`. */
function checkFilter(filter: Document, scope: Scope, findings: Findings): Document {
  const checked: Document = {}
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$comment') continue
    if (CLAUSES.has(name)) checked[name] = clausesOf(name, condition).map((c) => checkFilter(c, scope, findings))
    else if (name === '$expr') checked[name] = checkExpr(condition, scope, findings)
    else if (LACKING.has(name)) throw notOffered(name)
    else if (name.startsWith('$')) throw unknownTopLevel(name)
    else if (name.split('.').includes('__proto__')) throw notOffered("a filter on a field called '__proto__'")
    else {
      findings.fields.add(name.split('.')[0] ?? '')
      checked[name] = checkCondition(name, condition, scope, findings)
    }
  }
  return checked
}

function unknownTopLevel(name: string): CommandError {
  return new CommandError(
    2,
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  )
}

function clausesOf(name: string, clauses: unknown): Document[] {
  if (!Array.isArray(clauses)) throw new CommandError(2, `${name} argument must be an array`)
  if (clauses.length === 0) throw new CommandError(2, `${name} argument must be a non-empty array`)
  if (!clauses.every(isDocument)) throw new CommandError(2, `${name} argument's entries must be objects`)
  return clauses
}

function checkExpr(expression: unknown, scope: Scope, findings: Findings): unknown {
  checkExpression(expression)
  const fields = fieldsOfExpression(expression)
  if (fields) for (const field of fields) findings.fields.add(field)
  else findings.whole = true
  return withClock(expression, scope.now)
}

function checkCondition(path: string, condition: unknown, scope: Scope, findings: Findings): unknown {
  if (condition === undefined) return null
  if (!isOperators(condition)) return condition
  const checked: Document = {}
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === '$comment') continue
    checkOperator(operator, condition)
    if (operator === '$type') findings.typed = true
    if (operator === '$not') checked[operator] = checkNot(path, operand, scope, findings)
    else if (operator === '$elemMatch') checked[operator] = checkElementMatch(path, operand, scope, findings)
    else checked[operator] = operand
  }
  return checked
}

function checkOperator(operator: string, condition: Document): void {
  if (LACKING.has(operator) || LACKING_BITS.has(operator)) throw notOffered(operator)
  if (operator === '$options' && !('$regex' in condition)) throw new CommandError(2, '$options needs a $regex')
  if (operator === '$regex' && !isPattern(condition.$regex)) throw new CommandError(2, '$regex has to be a string')
  const known = operator === '$not' || operator === '$options' || Object.hasOwn(PREDICATES, operator)
  if (!known) throw new CommandError(2, `unknown operator: ${operator}`)
}

function isPattern(value: unknown): boolean {
  return typeof value === 'string' || value instanceof RegExp
}

function checkNot(path: string, operand: unknown, scope: Scope, findings: Findings): unknown {
  if (operand instanceof RegExp) return operand
  if (!isDocument(operand)) throw new CommandError(2, '$not needs a regex or a document')
  if (!isOperators(operand)) throw new CommandError(2, '$not cannot be empty')
  return checkCondition(path, operand, scope, findings)
}

function checkElementMatch(path: string, operand: unknown, scope: Scope, findings: Findings): unknown {
  if (!isDocument(operand)) throw new CommandError(2, '$elemMatch needs an Object')
  const [first] = Object.keys(operand)
  if (isOperators(operand) && !CLAUSES.has(first ?? '')) return checkCondition(path, operand, scope, findings)
  const inner: Findings = { fields: new Set(), whole: false, typed: false }
  const checked = checkFilter(operand, scope, inner)
  findings.typed ||= inner.typed
  return checked
}
