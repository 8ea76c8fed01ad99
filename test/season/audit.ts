import type { FieldValue, Row, Store } from '../../src/playground/org/store.js'

/** A record as it stood when it was copied. */
export interface Copy {
  object: string
  row: Readonly<Row>
}

/** Every record of the org, deleted ones too, by id. */
export type Dump = ReadonlyMap<string, Copy>

export type Values = Readonly<Record<string, FieldValue>>

/** What a run ought to do to the org; every record that is not named is to stay as it is, byte for byte. */
export interface Expected {
  created: { object: string; values: Values }[]
  /** Fields by the record's id. */
  changed: Map<string, Values>
  /** Fields that the org changes by itself because of the others; such a record gets no stamps. */
  followed: Map<string, Values>
  /** Ids of records that go to the recycle bin. */
  deleted: string[]
}

/** A list has no order: its values are sorted in every copy, so that two copies of it are alike. */
export const LIST_FIELDS: readonly string[] = ['Hackathon_Skills__c']
/** What the org writes down by itself on a record that is changed. */
const STAMPS = ['LastModifiedDate', 'LastModifiedById', 'SystemModstamp']

export function dumpOf(store: Store): Dump {
  const copies = store.schema.objects().flatMap(({ name, fields }) =>
    [...store.scan(name)].map((row) =>
      copy(
        name,
        fields.map((field) => field.name),
        row,
      ),
    ),
  )
  return new Map(copies.map((each) => [each.row.Id, each]))
}

function copy(object: string, fields: readonly string[], row: Row): Copy {
  // The stand-in leaves out what is empty in every record of an object; a copy says so.
  const sorted: Row = { ...Object.fromEntries(fields.map((name) => [name, null])), ...row }
  // Not a field: when the stand-in put it into the recycle bin.
  delete sorted['$deletedAt']
  for (const name of LIST_FIELDS) {
    const value = sorted[name]
    if (typeof value === 'string') sorted[name] = value.split(';').sort().join(';')
  }
  return { object, row: sorted }
}

/** Records of one object that are not deleted. */
export function living(dump: Dump, object: string): Readonly<Row>[] {
  return [...dump.values()].flatMap((each) => (each.object === object && !each.row.IsDeleted ? [each.row] : []))
}

/** What differs between the org as it is and as it ought to be, a line each: ids, names of fields and their values. */
export function audit(before: Dump, after: Dump, { created, changed, followed, deleted }: Expected): string[] {
  const sent = new Map<string, Values>([...changed, ...deleted.map((id) => [id, { IsDeleted: true }] as const)])
  const found = [...before].flatMap(([id, { object, row }]) => {
    const now = after.get(id)?.row
    if (!now) return [`${object} ${id} is gone`]
    const wanted = { ...row, ...sent.get(id), ...followed.get(id), ...(sent.has(id) ? stampsOf(now) : {}) }
    return fieldsThatDiffer(wanted, now).map((line) => `${object} ${id}: ${line}`)
  })
  const made = [...after.values()].filter(({ row }) => !before.has(row.Id))
  return [...found, ...unexpected(made, created)]
}

function fieldsThatDiffer(wanted: Values, now: Values): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(now)])
  const differing = [...names].filter((name) => now[name] !== wanted[name])
  return differing.map((name) => `${name} is ${JSON.stringify(now[name])} instead of ${JSON.stringify(wanted[name])}`)
}

function stampsOf(row: Values): Values {
  return Object.fromEntries(STAMPS.map((name) => [name, row[name] ?? null]))
}

/** Records that were made and ought not to have been, and those that are missing; each may stand for one only. */
function unexpected(made: readonly Copy[], created: Expected['created']): string[] {
  const byKey = new Map<string, Values[]>()
  for (const { object, values } of created) {
    const key = keyOf(object, values)
    byKey.set(key, [...(byKey.get(key) ?? []), values])
  }
  const wrong = made.flatMap(({ object, row }) => {
    const values = byKey.get(keyOf(object, row))?.pop()
    if (!values) return [`${object} ${row.Id} was made and is not wanted`]
    return fieldsThatDiffer({ ...row, ...values }, row).map((line) => `${object} ${row.Id}: ${line}`)
  })
  const missing = [...byKey].flatMap(([key, left]) => left.map(() => `${key} was not made`))
  return [...wrong, ...missing]
}

/** What a new record is known by. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  Campaign: ['Name'],
  CampaignMemberStatus: ['CampaignId', 'Label'],
  CampaignMember: ['CampaignId', 'ContactId', 'LeadId'],
}

function keyOf(object: string, values: Values): string {
  return [object, ...(KEYS[object] ?? []).map((name) => values[name] ?? '')].join(' ')
}
