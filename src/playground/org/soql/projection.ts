import type { ObjectDef } from '../schema.js'
import type { Row, Store } from '../store.js'
import { attributesOf, jsonValue, wireDatetime } from '../wire.js'
import type { Column } from './column-metadata.js'
import type { FieldPath } from './field-path.js'

/** Records and how each is written. */
export interface RecordList {
  readonly rows: readonly Row[]
  /** Of records below a record. */
  readonly place?: ChildPlace
  toJson(row: Row, pager?: ChildPager): object
}

/** Where in a statement records below a record come from. */
export interface ChildPlace {
  readonly object: string
  /** The relationships that lead there, from the outermost statement inwards. */
  readonly path: readonly string[]
}

/** Decides how many of the records below a record come at once, and where the rest is to be had (soql.md §6). */
export interface ChildPager {
  page(children: RecordList): { readonly records: readonly object[]; readonly nextRecordsUrl?: string }
}

/** Something that appears in the JSON of a record: a field, or an object of its own (records below, TYPEOF). */
export type Selected =
  | { readonly kind: 'field'; readonly path: FieldPath }
  | {
      readonly kind: 'nested'
      readonly name: string
      readonly column: Column
      /** How the records below are written, if that is what it is. */
      readonly projection?: JsonProjection
      json(row: Row, pager?: ChildPager): object | null
    }

type Entry = readonly [name: string, json: (row: Row, pager?: ChildPager) => unknown]

const fieldJson = (path: FieldPath): ((row: Row) => unknown) => {
  const { field, def } = path
  if (field.type === 'address') return (row) => jsonValue(def, field, path.parent(row) ?? row)
  if (field.type !== 'datetime') return path.read
  return (row) => {
    const value = path.read(row)
    return typeof value === 'number' ? wireDatetime(value) : value
  }
}

/** Writes records of one statement as REST prints them (rest.md §4, soql.md §6): attributes first, parents nested. */
export class JsonProjection {
  private readonly entries: readonly Entry[]

  constructor(
    private readonly store: Store,
    private readonly def: ObjectDef,
    private readonly selected: readonly Selected[],
    private readonly version: string,
  ) {
    this.entries = this.entriesAt(selected, 0)
  }

  /** Without a pager all records below come at once. */
  toJson(row: Row, pager?: ChildPager): object {
    return write(attributesOf(this.def, row, this.version), this.entries, row, pager)
  }

  /** How the records are written to which relationships lead; undefined where none do. */
  below([name, ...rest]: readonly string[]): JsonProjection | undefined {
    if (name === undefined) return this
    for (const item of this.selected)
      if (item.kind === 'nested' && item.name === name) return item.projection?.below(rest)
    return undefined
  }

  /** Fields in the order of SELECT; a parent stands where it is first named. */
  private entriesAt(selected: readonly Selected[], level: number): Entry[] {
    const entries: Entry[] = []
    const parents = new Set<string>()
    for (const item of selected) {
      if (item.kind === 'nested') {
        entries.push([item.name, (row, pager) => item.json(row, pager)])
        continue
      }
      const relationship = item.path.steps[level]?.relationship
      if (relationship === undefined) entries.push([item.path.field.name, fieldJson(item.path)])
      else if (!parents.has(relationship)) {
        parents.add(relationship)
        entries.push([relationship, this.parentJson(item.path, selected, level, relationship)])
      }
    }
    return entries
  }

  private parentJson(
    path: FieldPath,
    selected: readonly Selected[],
    level: number,
    relationship: string,
  ): (row: Row) => object | null {
    const below = selected.filter(
      (item) => item.kind === 'field' && item.path.steps[level]?.relationship === relationship,
    )
    const entries = this.entriesAt(below, level + 1)
    return (row) => {
      const parent = path.parent(row, level + 1)
      const def = parent && this.store.schema.byPrefix(parent.Id)
      return parent && def ? write(attributesOf(def, parent, this.version), entries, row) : null
    }
  }
}

const write = (attributes: object, entries: readonly Entry[], row: Row, pager?: ChildPager): object => {
  const json: Record<string, unknown> = { attributes }
  for (const [name, value] of entries) json[name] = value(row, pager)
  return json
}
