import type { LikePattern } from './like-pattern.js'

/** A dotted name as written, and where; in HAVING it may be an aggregate, written out in `text`. */
export interface Name {
  readonly text: string
  readonly start: number
  readonly call?: AggregateCall
}

export type AggregateFunction = 'COUNT' | 'COUNT_DISTINCT' | 'MIN' | 'MAX' | 'SUM' | 'AVG'

/** `COUNT()` has no path. */
export interface AggregateCall {
  readonly fn: AggregateFunction
  readonly path: Name | undefined
  readonly start: number
}

/** What `FIELDS(…)` stands for. */
export type FieldSet = 'ALL' | 'STANDARD' | 'CUSTOM'

/** `TYPEOF Owner WHEN User THEN Username ELSE Name END`; without ELSE `otherwise` is empty. */
export interface TypeOf {
  readonly relationship: Name
  readonly branches: readonly { readonly type: Name; readonly fields: readonly Name[] }[]
  readonly otherwise: readonly Name[]
}

export type SelectItem =
  | { readonly kind: 'field'; readonly path: Name; readonly alias: Name | undefined }
  | { readonly kind: 'label'; readonly path: Name; readonly alias: Name | undefined }
  | { readonly kind: 'fields'; readonly set: FieldSet; readonly start: number }
  | { readonly kind: 'typeof'; readonly typeOf: TypeOf; readonly start: number }
  | { readonly kind: 'aggregate'; readonly call: AggregateCall; readonly alias: Name | undefined }
  | { readonly kind: 'children'; readonly query: Query; readonly start: number }

/** A value as it stands in the statement: its form is kept, because quoting is checked against the type of the field. */
export type Literal =
  | { readonly kind: 'string'; readonly value: string; readonly start: number }
  | { readonly kind: 'number'; readonly value: number; readonly start: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly start: number }
  | { readonly kind: 'null'; readonly start: number }
  | { readonly kind: 'date'; readonly value: string; readonly start: number }
  | { readonly kind: 'datetime'; readonly value: number; readonly start: number }
  | { readonly kind: 'period'; readonly name: string; readonly count: number | undefined; readonly start: number }
  | { readonly kind: 'word'; readonly text: string; readonly start: number }

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
  | { readonly kind: 'compare'; readonly path: Name; readonly operator: CompareOperator; readonly value: Literal }
  | { readonly kind: 'like'; readonly path: Name; readonly pattern: LikePattern }
  | { readonly kind: 'in'; readonly path: Name; readonly negated: boolean; readonly values: readonly Literal[] }
  | { readonly kind: 'includes'; readonly path: Name; readonly negated: boolean; readonly values: readonly Literal[] }
  | SemiJoin

export interface SemiJoin {
  readonly kind: 'semiJoin'
  readonly path: Name
  readonly negated: boolean
  readonly query: Query
  readonly start: number
}

export interface OrderItem {
  readonly by:
    { readonly kind: 'field'; readonly path: Name } | { readonly kind: 'aggregate'; readonly call: AggregateCall }
  readonly descending: boolean
  readonly nullsLast: boolean
}

export interface Count {
  readonly value: number
  readonly start: number
}

/** One SELECT statement, sub-queries included. */
export interface Query {
  readonly select: readonly SelectItem[]
  readonly from: Name
  readonly alias: Name | undefined
  /** What follows USING SCOPE. */
  readonly scope: Name | undefined
  readonly where: Condition | undefined
  readonly groupBy: readonly Name[]
  readonly having: Condition | undefined
  readonly orderBy: readonly OrderItem[]
  readonly limit: Count | undefined
  readonly offset: Count | undefined
}
