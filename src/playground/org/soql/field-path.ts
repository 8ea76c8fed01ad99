import type { FieldDef, ObjectDef } from '../schema.js'
import type { FieldValue, Row, Store } from '../store.js'
import type { Name } from './ast.js'
import { invalidField, malformed } from './failure.js'
import { nameObject } from './name-object.js'

/** Levels from child to parent, and different parent paths in one statement (soql.md §4). */
const [MAX_LEVELS, MAX_RELATIONSHIPS] = [5, 55]

const REFERENCE_HINT = 'Please reference your WSDL or the describe call for the appropriate names.'

/** One step from a record to its parent. */
export interface Step {
  /** The relationship as the schema writes it, `Account`. */
  readonly relationship: string
  readonly foreignKey: FieldDef
}

/** A dotted name, found in the schema. */
export interface FieldPath {
  readonly steps: readonly Step[]
  /** The object that has the field; the Name object behind a polymorphic reference. */
  readonly def: ObjectDef
  readonly field: FieldDef
  /** The name in the schema's own case, `Account.Name`. */
  readonly text: string
  readonly start: number
  /** The record that the first `levels` steps lead to (all by default); undefined where one of them is empty. */
  readonly parent: (row: Row, levels?: number) => Row | undefined
  /** The value seen from a row; through an empty parent null, or false for a checkbox (soql.md §3). */
  readonly read: (row: Row) => FieldValue
}

/** Where names are looked up: the object of a FROM and the alias it was given. */
export interface Scope {
  readonly def: ObjectDef
  readonly alias: string | undefined
}

type Hidden = (object: string, field: string) => boolean

/** Finds the names of one statement in the schema, as the caller sees it: what is hidden from him does not exist. */
export class PathResolver {
  private readonly relationships = new Set<string>()
  private polymorphic: ObjectDef | undefined

  constructor(
    readonly store: Store,
    readonly hidden: Hidden,
  ) {}

  /**
   * @throws SoqlFailure INVALID_FIELD for an unknown or hidden field or relationship, MALFORMED_QUERY past the limits
   */
  resolve(name: Name, scope: Scope): FieldPath {
    const parts = ownParts(name, scope)
    const steps: Step[] = []
    let def = scope.def
    for (const part of parts.slice(0, -1)) {
      const step = this.step(def, part, name)
      steps.push(step)
      def = this.target(step.foreignKey, part, name)
    }
    this.checkLimits(scope, steps, name)
    return this.path(def, steps, this.field(def, parts.at(-1) ?? '', name), name)
  }

  /** What a reference to several objects leads to. */
  nameObject(): ObjectDef {
    return (this.polymorphic ??= nameObject(this.store.schema))
  }

  private step(def: ObjectDef, part: string, name: Name): Step {
    const foreignKey = def.parent(part)
    const relationship = foreignKey?.relationshipName ?? null
    if (!foreignKey || relationship === null || this.hidden(def.name, foreignKey.name)) {
      throw unknownRelationship(part, name.start)
    }
    return { relationship, foreignKey }
  }

  private target(foreignKey: FieldDef, part: string, name: Name): ObjectDef {
    if (foreignKey.referenceTo.length > 1) return this.nameObject()
    const def = this.store.object(foreignKey.referenceTo[0] ?? '')
    if (!def) throw unknownRelationship(part, name.start)
    return def
  }

  private field(def: ObjectDef, part: string, name: Name): FieldDef {
    const field = def.field(part)
    if (!field || this.hidden(def.name, field.name)) {
      throw invalidField(
        `No such column '${part}' on entity '${def.name}'. If you are attempting to use a custom field, be sure to ` +
          `append the '__c' after the custom field name. ${REFERENCE_HINT}`,
        name.start,
      )
    }
    return field
  }

  private checkLimits(scope: Scope, steps: readonly Step[], name: Name): void {
    if (steps.length > MAX_LEVELS)
      throw malformed(`SOQL relationships may go up at most ${MAX_LEVELS} levels`, name.start)
    let path = scope.def.name
    for (const { relationship } of steps) this.relationships.add((path += `.${relationship}`))
    if (this.relationships.size > MAX_RELATIONSHIPS) {
      throw malformed(`a statement may name at most ${MAX_RELATIONSHIPS} parent relationships`, name.start)
    }
  }

  private path(def: ObjectDef, steps: readonly Step[], field: FieldDef, { start }: Name): FieldPath {
    const { store } = this
    const empty = field.type === 'boolean' ? false : null
    const keys = steps.map(({ foreignKey }) => foreignKey.name)
    const text = [...steps.map(({ relationship }) => relationship), field.name].join('.')
    const parent = (row: Row, levels = keys.length): Row | undefined => {
      let at: Row | undefined = row
      for (const key of keys.slice(0, levels)) at = at && parentOf(store, at, key)
      return at
    }
    const typeOnly = def === this.polymorphic && field.name === 'Type'
    const own = (row: Row): FieldValue => (typeOnly ? typeOf(store, row) : (row[field.name] ?? empty))
    const through = (row: Row): FieldValue => {
      const found = parent(row)
      return found ? own(found) : empty
    }
    return { steps, def, field, text, start, parent, read: keys.length === 0 ? own : through }
  }
}

const parentOf = (store: Store, row: Row, key: string): Row | undefined => {
  const id = row[key]
  return typeof id === 'string' && id !== '' ? store.get(id) : undefined
}

const typeOf = (store: Store, row: Row): FieldValue => store.schema.byPrefix(row.Id)?.name ?? null

/** The parts of a name without the alias or object name it may begin with. */
const ownParts = (name: Name, { def, alias }: Scope): string[] => {
  const parts = name.text.split('.')
  const first = parts[0]?.toLowerCase()
  const isAlias = alias !== undefined && first === alias.toLowerCase()
  const isObject = first === def.name.toLowerCase() && def.parent(def.name) === undefined
  return parts.length > 1 && (isAlias || isObject) ? parts.slice(1) : parts
}

const unknownRelationship = (part: string, start: number) =>
  invalidField(
    `Didn't understand relationship '${part}' in field path. If you are attempting to use a custom relationship, be ` +
      `sure to append the '__r' after the custom relationship name. ${REFERENCE_HINT}`,
    start,
  )
