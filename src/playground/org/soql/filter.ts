import type { FieldValue, Row, Store } from '../store.js'
import type { CompareOperator, Condition, Literal } from './ast.js'
import type { CallerClock } from './caller-clock.js'
import { notUnderstood, SoqlFailure } from './failure.js'
import type { FieldPath, PathResolver, Scope } from './field-path.js'
import { badOperator, boundsOf, comparisonOf, operandOf } from './operand.js'
import type { Bounds, Comparison, Operand } from './operand.js'

/** A condition, compiled. */
export interface Filter {
  test(row: Row): boolean
  /** Rows among which all matches are, found by index and each once; undefined when only a scan will do. */
  candidates(): readonly Row[] | undefined
}

/** What conditions of one statement are compiled with. */
export interface FilterContext {
  readonly resolver: Pick<PathResolver, 'resolve' | 'store'>
  readonly scope: Scope
  /** For date literals. */
  readonly clock: CallerClock
  /** Compiles `field IN (SELECT …)`; refuses where semi-joins may not stand. */
  semiJoin(condition: Extract<Condition, { kind: 'semiJoin' }>): Filter
}

type Test = (value: FieldValue) => boolean

const RELATIONS = {
  '=': (a: Operand, b: Operand) => a === b,
  '!=': (a: Operand, b: Operand) => a !== b,
  '<': (a: Operand, b: Operand) => a !== null && b !== null && a < b,
  '<=': (a: Operand, b: Operand) => a !== null && b !== null && a <= b,
  '>': (a: Operand, b: Operand) => a !== null && b !== null && a > b,
  '>=': (a: Operand, b: Operand) => a !== null && b !== null && a >= b,
} satisfies Record<CompareOperator, (a: Operand, b: Operand) => boolean>

/** A date literal is a stretch of time: before it, in it, after it. */
const withinBounds = (operator: CompareOperator, [from, to]: Bounds): Test => {
  const { '<': before, '>=': notBefore } = RELATIONS
  const inside: Test = (value) => notBefore(value, from) && before(value, to)
  switch (operator) {
    case '=':
      return inside
    case '!=':
      return (value) => !inside(value)
    case '<':
      return (value) => before(value, from)
    case '<=':
      return (value) => before(value, to)
    case '>':
      return (value) => notBefore(value, to)
    case '>=':
      return (value) => notBefore(value, from)
  }
}

const isEquality = (operator: CompareOperator): boolean => operator === '=' || operator === '!='

/** Makes values comparable: text without case, empty text as null, birthdays without their year (soql.md §3, §4). */
const normaliser = (path: FieldPath, comparison: Comparison, ordered: boolean): ((value: Operand) => Operand) => {
  if (comparison === 'date' && path.field.name === 'Birthdate') {
    return (value) => (typeof value === 'string' ? value.slice(5) : value)
  }
  if (comparison !== 'text') return (value) => value
  if (path.field.caseSensitive) return (value) => (value === '' ? null : value)
  if (ordered) return (value) => (typeof value === 'string' && value !== '' ? value.toUpperCase() : null)
  return (value) => (typeof value === 'string' && value !== '' ? value.toLowerCase() : null)
}

const compareTest = (path: FieldPath, operator: CompareOperator, value: Literal, clock: CallerClock): Test => {
  const comparison = comparisonOf(path)
  if (comparison === 'boolean' && !isEquality(operator)) throw badOperator(path)
  const bounds = boundsOf(path, comparison, value, clock)
  if (bounds) {
    if (path.field.name === 'Birthdate') throw notUnderstood('a date literal compared with Birthdate', value.start)
    return withinBounds(operator, bounds)
  }
  const normalise = normaliser(path, comparison, !isEquality(operator))
  const operand = normalise(operandOf(path, comparison, value))
  if (operand === null && !isEquality(operator)) throw badOperator(path)
  const relation = RELATIONS[operator]
  return (found) => relation(normalise(found), operand)
}

/** Rows of an index for each of the values; undefined when the field has none or null, which no index holds, is asked for. */
const indexed = (
  store: Store,
  path: FieldPath,
  scope: Scope,
  values: Iterable<Operand>,
): readonly Row[] | undefined => {
  if (path.steps.length > 0) return undefined
  const found: Row[] = []
  for (const value of values) {
    if (typeof value !== 'string') return undefined
    const rows = store.lookup(scope.def.name, path.field.name, value)
    if (!rows) return undefined
    for (const row of rows) found.push(row)
  }
  return found
}

const onField = (path: FieldPath, test: Test, candidates: Filter['candidates'] = () => undefined): Filter => ({
  test: (row) => test(path.read(row)),
  candidates,
})

const compare = (condition: Extract<Condition, { kind: 'compare' }>, context: FilterContext): Filter => {
  const { resolver, scope, clock } = context
  const path = resolver.resolve(condition.path, scope)
  const test = compareTest(path, condition.operator, condition.value, clock)
  const { value } = condition
  if (condition.operator !== '=' || value.kind !== 'string') return onField(path, test)
  return onField(path, test, () => indexed(resolver.store, path, scope, [value.value === '' ? null : value.value]))
}

/** Whether a field's value is one of many. */
export const membershipFilter = (
  path: FieldPath,
  members: () => ReadonlySet<Operand>,
  negated: boolean,
  context: FilterContext,
): Filter => {
  const normalise = normaliser(path, comparisonOf(path), false)
  const { resolver, scope } = context
  const test: Test = (value) => members().has(normalise(value)) !== negated
  return onField(path, test, negated ? undefined : () => indexed(resolver.store, path, scope, members()))
}

const isIn = (condition: Extract<Condition, { kind: 'in' }>, context: FilterContext): Filter => {
  const path = context.resolver.resolve(condition.path, context.scope)
  const comparison = comparisonOf(path)
  const normalise = normaliser(path, comparison, false)
  const members = new Set(condition.values.map((literal) => normalise(operandOf(path, comparison, literal))))
  return membershipFilter(path, () => members, condition.negated, context)
}

const like = (condition: Extract<Condition, { kind: 'like' }>, context: FilterContext): Filter => {
  const path = context.resolver.resolve(condition.path, context.scope)
  if (comparisonOf(path) !== 'text' || path.field.type === 'multipicklist') throw badOperator(path)
  return onField(path, (value) => typeof value === 'string' && value !== '' && condition.pattern.test(value))
}

/** `('A;B','C')`: A and B together, or C (soql.md §3). */
const includes = (condition: Extract<Condition, { kind: 'includes' }>, context: FilterContext): Filter => {
  const path = context.resolver.resolve(condition.path, context.scope)
  const comparison = comparisonOf(path)
  if (path.field.type !== 'multipicklist') throw badOperator(path)
  const wanted = condition.values.map((literal) => picks(operandOf(path, comparison, literal)))
  const includesAny: Test = (value) => {
    const has = new Set(picks(value))
    return wanted.some((all) => all.length > 0 && all.every((one) => has.has(one)))
  }
  return onField(path, (value) => includesAny(value) !== condition.negated)
}

const picks = (value: Operand): string[] =>
  typeof value === 'string' && value !== '' ? value.toLowerCase().split(';') : []

const allOf = (filters: readonly Filter[]): Filter => ({
  test: (row) => filters.every((filter) => filter.test(row)),
  candidates: () =>
    filters.reduce<readonly Row[] | undefined>((best, filter) => {
      const found = filter.candidates()
      return best && (!found || best.length <= found.length) ? best : found
    }, undefined),
})

const anyOf = (filters: readonly Filter[]): Filter => ({
  test: (row) => filters.some((filter) => filter.test(row)),
  candidates: () => {
    const union = new Set<Row>()
    for (const filter of filters) {
      const found = filter.candidates()
      if (!found) return undefined
      for (const row of found) union.add(row)
    }
    return [...union]
  },
})

const EVERYTHING: Filter = { test: () => true, candidates: () => undefined }

const noSemiJoin = (): never => {
  throw new SoqlFailure('MALFORMED_QUERY', 'Semi join sub-selects are not allowed with the OR or NOT operator')
}

/**
 * Compiles a WHERE clause; without one everything matches.
 *
 * @throws SoqlFailure for unknown names, wrong types and operators, in place
 */
export const compileFilter = (condition: Condition | undefined, context: FilterContext): Filter => {
  switch (condition?.kind) {
    case undefined:
      return EVERYTHING
    case 'and':
      return allOf(condition.terms.map((term) => compileFilter(term, context)))
    case 'or':
      return anyOf(condition.terms.map((term) => compileFilter(term, { ...context, semiJoin: noSemiJoin })))
    case 'not': {
      const inner = compileFilter(condition.term, { ...context, semiJoin: noSemiJoin })
      return { test: (row) => !inner.test(row), candidates: () => undefined }
    }
    case 'compare':
      return compare(condition, context)
    case 'in':
      return isIn(condition, context)
    case 'like':
      return like(condition, context)
    case 'includes':
      return includes(condition, context)
    case 'semiJoin':
      return context.semiJoin(condition)
  }
}
