import type { FieldDef, ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import type { Name, Query, SemiJoin } from './ast.js'
import { malformed } from './failure.js'
import type { FieldPath, Scope } from './field-path.js'
import { compileFilter, membershipFilter } from './filter.js'
import type { Filter, FilterContext } from './filter.js'
import type { Operand } from './operand.js'

/** Semi-joins and anti-joins in one WHERE clause (limits.md §3). */
const MAX_SEMI_JOINS = 2

/** What a semi-join needs from the statement around it. */
export interface SemiJoinSource {
  /** Finds the object of an inner FROM, or refuses. */
  object(from: Name): ObjectDef
  /** The rows of an object that a filter lets through. */
  rows(def: ObjectDef, filter: Filter): Iterable<Row>
}

/** The objects a key field's ids belong to; empty when it holds no ids. */
const targets = (def: ObjectDef, field: FieldDef): readonly string[] =>
  field.type === 'id' ? [def.name] : field.type === 'reference' ? field.referenceTo : []

const selectedName = (query: Query, start: number): Name => {
  const [item, ...others] = query.select
  if (item?.kind !== 'field' || others.length > 0) {
    throw malformed('a semi join sub-select must select exactly one ID or reference field', start)
  }
  if (item.path.text.includes('.'))
    throw malformed('a semi join sub-select may not select a parent path', item.path.start)
  return item.path
}

const refuseClauses = (query: Query, start: number): void => {
  const clause =
    query.groupBy.length > 0 ? 'GROUP BY' : query.orderBy.length > 0 ? 'ORDER BY' : query.limit ? 'LIMIT' : undefined
  if (clause ?? query.offset) throw malformed(`${clause ?? 'OFFSET'} is not allowed in a semi join sub-select`, start)
}

const checkTargets = (outer: FieldPath, scope: Scope, inner: FieldPath, innerDef: ObjectDef): void => {
  const innerTargets = targets(innerDef, inner.field)
  if (targets(scope.def, outer.field).some((target) => innerTargets.includes(target))) return
  throw malformed(
    `The selected field '${inner.field.name}' in the subquery and the left operand field in the where expression in the ` +
      `outer query '${outer.field.name}' should point to the same object type`,
    outer.start,
  )
}

/**
 * The compiler of semi-joins of one statement: checks the rules of soql.md §6 (at most two, never nested, keys of one
 * target, another object inside) and evaluates the inner statement once, when its first value is needed.
 */
export const semiJoins = (source: SemiJoinSource) => {
  let count = 0
  const nested = (): never => {
    throw malformed('Nesting of semi join sub-selects is not supported')
  }
  return (condition: SemiJoin, context: Omit<FilterContext, 'semiJoin'>): Filter => {
    const { query, start } = condition
    if (++count > MAX_SEMI_JOINS) throw malformed(`at most ${MAX_SEMI_JOINS} semi join sub-selects are allowed`, start)
    refuseClauses(query, start)
    const selected = selectedName(query, start)
    const def = source.object(query.from)
    if (def === context.scope.def) {
      throw malformed('The inner and outer selects should not be on the same object type', start)
    }
    if (condition.path.text.includes('.'))
      throw malformed('the left operand may not be a parent path', condition.path.start)
    const outer = context.resolver.resolve(condition.path, context.scope)
    const scope: Scope = { def, alias: query.alias?.text }
    const inner = context.resolver.resolve(selected, scope)
    checkTargets(outer, context.scope, inner, def)
    const filter = compileFilter(query.where, { ...context, scope, semiJoin: nested })
    let members: ReadonlySet<Operand> | undefined
    const evaluate = (): ReadonlySet<Operand> => {
      const found = new Set<Operand>()
      for (const row of source.rows(def, filter)) found.add(inner.read(row))
      found.delete(null)
      return found
    }
    return membershipFilter(outer, () => (members ??= evaluate()), condition.negated, { ...context, semiJoin: nested })
  }
}
