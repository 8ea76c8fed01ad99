import { type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import {
  campaign,
  type CollectionName,
  DOCUMENTS,
  email,
  eventId,
  registration,
  skill,
  slug,
  status,
} from './documents.js'
import { date, embedded, int, number, path, scalar, text, value } from './values.js'

/** One operator on one path. */
type Modification = readonly [operator: string, path: string, operand: unknown]

/** An update, and what belongs beside it in its statement. */
export interface UpdateParts {
  readonly u: Document | Document[]
  readonly arrayFilters?: Document[]
}

/** What may be added: nothing to count is a known difference, 'adding 0'. */
const addend = number.filter((one) => Number(one.toString()) !== 0)

function set(paths: readonly string[], operand: Arbitrary<unknown>): Arbitrary<Modification> {
  return fc.tuple(fc.constantFrom('$set', '$set', '$set', '$setOnInsert'), fc.constantFrom(...paths), operand)
}

function change(
  operators: readonly string[],
  paths: readonly string[],
  operand: Arbitrary<unknown>,
): Arbitrary<Modification> {
  return fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...paths), operand)
}

function unset(...paths: string[]): Arbitrary<Modification> {
  return fc.constantFrom(...paths).map((one): Modification => ['$unset', one, ''])
}

/** Additions to an array, plain or with modifiers. */
function pushes(
  paths: readonly string[],
  item: Arbitrary<unknown>,
  sorts: Arbitrary<unknown>,
): Arbitrary<Modification> {
  const several = fc.record(
    {
      $each: fc.array(item, { minLength: 1, maxLength: 3 }),
      $position: fc.integer({ min: -2, max: 3 }).map((n) => new Int32(n)),
      $slice: fc.constantFrom(-3, -2, -1, 1, 2, 3).map((n) => new Int32(n)),
      $sort: sorts,
    },
    { requiredKeys: ['$each'], noNullPrototype: true },
  )
  return fc.oneof(
    change(['$push', '$addToSet'], paths, item),
    change(['$push'], paths, several),
    change(
      ['$addToSet'],
      paths,
      fc.array(item, { minLength: 1, maxLength: 3 }).map(($each) => ({ $each })),
    ),
    change(['$pull'], paths, item),
    change(['$pullAll'], paths, fc.array(item, { maxLength: 2 })),
    change(['$pop'], paths, fc.constantFrom(new Int32(1), new Int32(-1))),
  )
}

const direction = fc.constantFrom(new Int32(1), new Int32(-1))

const participant: Arbitrary<Modification> = fc.oneof(
  set(['name', 'bio'], text),
  set(['email'], email),
  set(['salesforce.contactId', 'salesforce.leadId', 'salesforce.accountId'], text),
  set(['salesforce.syncStatus'], fc.constantFrom('pending', 'synced', 'error')),
  set(['deletedAt', 'salesforce.lastSyncedAt', 'updatedAt'], date),
  set(['registeredEvents.0.status', 'registeredEvents.$[].status', 'salesforce.campaigns.$[].status'], status),
  set(['customResponses.company', 'customResponses.q1'], scalar),
  change(['$mul', '$min', '$max'], ['points', '__v'], number),
  change(['$inc'], ['points', '__v'], addend),
  change(['$currentDate'], ['updatedAt', 'salesforce.lastSyncedAt'], fc.constant(true)),
  change(['$rename'], ['bio', 'customResponses.q1'], fc.constantFrom('about', 'customResponses.q2')),
  unset('deletedAt', 'salesforce.leadId', 'bio', 'salesforce', 'registeredEvents.1'),
  pushes(['skills', 'interests'], skill, direction),
  pushes(
    ['registeredEvents'],
    registration,
    fc.constantFrom({ status: new Int32(1) }, { registrationDate: new Int32(-1) }),
  ),
  pushes(['salesforce.campaigns'], campaign, fc.constantFrom({ status: new Int32(1) })),
  change(['$pull'], ['registeredEvents', 'salesforce.campaigns'], fc.record({ eventId }, { noNullPrototype: true })),
)

const odd: Arbitrary<Modification> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom('$set', '$setOnInsert'), path, value) },
  { weight: 2, arbitrary: unset('a', 'b', 'c', 'a.0') },
  {
    weight: 3,
    arbitrary: fc.oneof(fc.tuple(fc.constant('$mul'), path, number), fc.tuple(fc.constant('$inc'), path, addend)),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('$min', '$max'), path, scalar) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('$rename'), fc.constantFrom('a', 'b'), fc.constantFrom('d', 'e.a')),
  },
  {
    weight: 4,
    arbitrary: pushes(
      ['a', 'b', 'a.b', 'c.a'],
      fc.oneof(scalar, embedded(scalar)),
      fc.oneof(direction, fc.constant({ a: new Int32(1) })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('$pull'),
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom({ $gt: new Int32(2) }, { a: new Int32(1) }, { $in: ['a', null] }, { b: 'a' }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('$bit'),
      fc.constantFrom('a', 'b'),
      fc.constantFrom({ and: new Int32(6) }, { or: new Int32(9) }, { xor: new Int32(3) }),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('$set'), fc.constantFrom('a.$[]', 'b.$[].a', 'a.$[].b'), scalar) },
)

const MODIFICATIONS: Readonly<Record<CollectionName, Arbitrary<Modification>>> = {
  participants: participant,
  events: fc.oneof(
    set(['name', 'description'], text),
    set(['landingPage.slug'], slug),
    set(['landingPage.published'], fc.boolean()),
    set(['salesforce.campaignId'], text),
    change(['$min', '$max'], ['capacity'], int),
    change(['$inc'], ['capacity'], addend),
    unset('landingPage', 'landingPage.slug', 'startDate'),
    pushes(['tags'], skill, direction),
  ),
  users: fc.oneof(
    set(['email'], email),
    set(['banned', 'notificationPreferences.newsletter'], fc.boolean()),
    set(['company'], text),
    unset('company', 'notificationPreferences'),
  ),
  projects: fc.oneof(
    set(['status'], fc.constantFrom('draft', 'submitted')),
    change(['$mul', '$max'], ['score'], number),
    change(['$inc'], ['score'], addend),
    pushes(['technologies'], skill, direction),
  ),
  odd,
}

/** Operators that leave alone what they do not find. */
const TAKING = new Set(['$unset', '$rename', '$pop', '$pull', '$pullAll'])

/**
 * Whether a modification fits beside others. One that takes from an embedded document stands alone and in no upsert:
 * see 'empty documents on the way'.
 */
function fits(one: Modification, others: readonly Modification[], upsert: boolean): boolean {
  if (others.some(([, other]) => conflict(one[1], other))) return false
  const takes = takesBelow(one)
  return !(takes && upsert) && (others.length === 0 || !(takes || others.some(takesBelow)))
}

function takesBelow([operator, path, operand]: Modification): boolean {
  return TAKING.has(operator) && (path.includes('.') || (operator === '$rename' && String(operand).includes('.')))
}

/** Paths of which one leads through the other, be it as fields or as the elements of an array. */
function conflict(a: string, b: string): boolean {
  const [left, right] = [a.split('.'), b.split('.')]
  const apart = left.findIndex((part, i) => part !== right[i])
  if (apart === -1 || apart >= right.length) return true
  return left[apart]?.startsWith('$[') !== right[apart]?.startsWith('$[')
}

/** The field that a modification may make. */
function written([operator, path, operand]: Modification): string {
  return operator === '$rename' ? String(operand) : path
}

/** An update document. New fields are listed in the order in which MongoDB makes them: see 'order of new fields'. */
function operators(modification: Arbitrary<Modification>, upsert: boolean): Arbitrary<Document> {
  return fc.array(modification, { minLength: 1, maxLength: 3 }).map((modifications) => {
    const chosen: Modification[] = []
    for (const one of modifications) if (fits(one, chosen, upsert)) chosen.push(one)
    const update: Record<string, Document> = {}
    let last: string | undefined
    for (const [operator, path, operand] of chosen.sort((a, b) => (written(a) < written(b) ? -1 : 1))) {
      if (operator !== last && operator in update) continue
      update[operator] = { ...update[operator], [path]: operand }
      last = operator
    }
    return Object.keys(update).length > 0 ? update : { $set: { touched: true } }
  })
}

const withFilters: Arbitrary<UpdateParts> = fc.oneof(
  fc.tuple(status, eventId).map(([one, event]) => ({
    u: { $set: { 'registeredEvents.$[r].status': one } },
    arrayFilters: [{ 'r.eventId': event }],
  })),
  fc.tuple(date, status, eventId).map(([at, one, event]) => ({
    u: { $set: { 'salesforce.campaigns.$[c].status': one, 'salesforce.campaigns.$[c].syncedAt': at } },
    arrayFilters: [{ 'c.eventId': event, 'c.status': { $ne: one } }],
  })),
)

const oddWithFilters: Arbitrary<UpdateParts> = fc
  .tuple(
    fc.constantFrom('$set', '$inc'),
    fc.constantFrom('a.$[x]', 'b.$[x].a'),
    int,
    fc.constantFrom<Document>({ x: { $gt: new Int32(1) } }, { 'x.a': 'a' }, { x: null }, { 'x.b': { $exists: true } }),
  )
  .map(([operator, one, operand, condition]) => ({ u: { [operator]: { [one]: operand } }, arrayFilters: [condition] }))

const pipeline: Arbitrary<Document[]> = fc.array(
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom('name', 'a', 'salesforce.note', 'notes.c'),
        fc.oneof(
          scalar.map((one) => (typeof one === 'string' ? { $literal: one } : one)),
          fc.constantFrom<unknown>(
            '$name',
            '$email',
            { $concat: ['$name', '!'] },
            { $ifNull: ['$bio', 'none'] },
            { $size: { $ifNull: ['$skills', []] } },
          ),
        ),
      )
      .map(([one, expression]) => ({ $set: { [one]: expression } })),
    fc.constantFrom<Document>({ $unset: 'bio' }, { $unset: ['a', 'salesforce.note'] }),
    fc.constantFrom<Document>({ $replaceWith: { $mergeObjects: ['$$ROOT', { merged: true }] } }),
  ),
  { minLength: 1, maxLength: 2 },
)

/** Updates that no document of the collection refuses: a real engine undoes one of many documents that fails half-way. */
export function harmlessUpdate(collection: CollectionName, upsert = false): Arbitrary<UpdateParts> {
  const names = collection === 'odd' ? ['d', 'e'] : ['bio', 'name', 'company', 'notes.internal']
  const set = fc.tuple(fc.constantFrom('$set', '$min', '$max'), fc.constantFrom(...names), scalar)
  const harmless = fc.oneof(
    set,
    fc.constantFrom(...names).map((name): Modification => ['$unset', name, '']),
  )
  return fc.oneof(
    { weight: 4, arbitrary: operators(harmless, upsert).map((u): UpdateParts => ({ u })) },
    { weight: 1, arbitrary: pipeline.map((u): UpdateParts => ({ u })) },
  )
}

/** Updates with operators on one document of the collection. */
export function operatorUpdate(collection: CollectionName, upsert = false): Arbitrary<UpdateParts> {
  const plain = operators(MODIFICATIONS[collection], upsert).map((u): UpdateParts => ({ u }))
  if (collection !== 'participants' && collection !== 'odd') return plain
  const filtered = collection === 'odd' ? oddWithFilters : withFilters
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 1, arbitrary: filtered },
    { weight: 1, arbitrary: pipeline.map((u) => ({ u })) },
  )
}

/** A whole document, without its `_id`, to put in the place of another. */
export function replacement(collection: CollectionName): Arbitrary<Document> {
  return DOCUMENTS[collection].map((document) =>
    Object.fromEntries(Object.entries(document).filter(([name]) => name !== '_id')),
  )
}
