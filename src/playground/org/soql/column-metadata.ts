import type { FieldDef, FieldType } from '../schema.js'
import type { FieldPath } from './field-path.js'
import type { Selected } from './projection.js'

/** A column of a result, as `query?columns=true` tells it (bulk2.md §12); the keys are those of recorded answers. */
export interface Column {
  readonly aggregate: boolean
  readonly apexType: string | null
  readonly booleanType: boolean
  readonly columnName: string
  readonly custom: boolean
  readonly displayName: string
  readonly foreignKeyName: string | null
  readonly insertable: boolean
  /** The columns of a parent, or of the records below. */
  readonly joinColumns: readonly Column[]
  readonly numberType: boolean
  readonly textType: boolean
  readonly updatable: boolean
}

const APEX_TYPES: Partial<Record<FieldType, string>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  date: 'Date',
  datetime: 'Datetime',
  time: 'Time',
  address: 'Address',
}

const plain = (columnName: string): Column => ({
  aggregate: false,
  apexType: null,
  booleanType: false,
  columnName,
  custom: columnName.endsWith('__c'),
  displayName: columnName,
  foreignKeyName: null,
  insertable: false,
  joinColumns: [],
  numberType: false,
  textType: false,
  updatable: false,
})

const typed = (type: FieldType) => {
  const apexType = APEX_TYPES[type] ?? 'String'
  const numberType = apexType === 'Integer' || apexType === 'Double'
  return { apexType, booleanType: apexType === 'Boolean', numberType, textType: apexType === 'String' }
}

const fieldColumn = ({ name, type, createable, updateable }: FieldDef): Column => ({
  ...plain(name),
  ...typed(type),
  insertable: createable,
  updatable: updateable,
})

/** `expr0` or an alias, and the expression it stands for. */
export const aggregateColumn = (name: string, expression: string, type: FieldType): Column => ({
  ...plain(name),
  ...typed(type),
  aggregate: true,
  displayName: expression,
})

/** The records below a record, which count as an aggregate. */
export const childColumn = (name: string, joinColumns: readonly Column[]): Column => ({
  ...plain(name),
  aggregate: true,
  joinColumns,
})

/** What a relationship leads to. */
export const parentColumn = (name: string, foreignKeyName: string, joinColumns: readonly Column[]): Column => ({
  ...plain(name),
  foreignKeyName,
  joinColumns,
})

/** The columns of a SELECT list; a parent stands where it is first named. */
export const columnsOf = (selected: readonly Selected[], level = 0): Column[] => {
  const columns: Column[] = []
  const parents = new Set<string>()
  for (const item of selected) {
    const step = item.kind === 'field' ? item.path.steps[level] : undefined
    if (item.kind === 'nested') columns.push(item.column)
    else if (!step) columns.push(fieldColumn(item.path.field))
    else if (!parents.has(step.relationship)) {
      parents.add(step.relationship)
      const below = selected.filter((one) => isBelow(one, step.relationship, level))
      columns.push(parentColumn(step.relationship, step.foreignKey.name, columnsOf(below, level + 1)))
    }
  }
  return columns
}

const isBelow = (item: Selected, relationship: string, level: number): boolean =>
  item.kind === 'field' && levelOf(item.path, level) === relationship

const levelOf = ({ steps }: FieldPath, level: number): string | undefined => steps[level]?.relationship
