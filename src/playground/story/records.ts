import type { FieldValue } from '../org/store.js'
import { salesforceId } from './ids.js'
import { DAY, type World } from './world.js'

/** A Salesforce record as the org loads it (org/store.ts): a datetime is epoch milliseconds, a date `YYYY-MM-DD`. */
export type OrgRecord = Record<string, FieldValue>

/** The org's people; the last one has left. Index is the owner number that records refer to. */
const OWNERS = [
  ['Dana', 'Whitfield', 'Marketing Manager'],
  ['Rafael', 'Ibarra', 'Account Executive'],
  ['Mei', 'Sandoval', 'Account Executive'],
  ['Tunde', 'Marlowe', 'Developer Relations'],
  ['Sunniva', 'Aas', 'Partner Manager'],
  ['Gregor', 'Oldham', 'Account Executive'],
] as const

export function ownerId(number: number): string {
  return salesforceId('User', 1 + number)
}

export function ownerName(number: number): string {
  const [first, last] = OWNERS[number % OWNERS.length] as (typeof OWNERS)[number]
  return `${first} ${last}`
}

/** Every User that owns records; the last one is inactive and still owns some. */
export function* userRecords(world: World): Generator<OrgRecord> {
  for (const [number, [first, last, title]] of OWNERS.entries()) {
    const address = `${first}.${last}@mongohacks.example`.toLowerCase()
    yield {
      Id: ownerId(number),
      Username: address,
      Email: address,
      FirstName: first,
      LastName: last,
      CommunityNickname: first.toLowerCase(),
      Alias: `${first.charAt(0)}${last.slice(0, 4)}`.toLowerCase(),
      Title: title,
      IsActive: number !== OWNERS.length - 1,
      UserType: 'Standard',
      ...datesOf(world, 1_500 * DAY, 60 * DAY),
    }
  }
}

/** System dates of a record made and last changed so many milliseconds before `now`; a change is never before the making. */
export function datesOf(world: World, madeBefore: number, changedBefore: number): OrgRecord {
  const changed = wholeSecond(world.now - Math.min(madeBefore, changedBefore))
  return { CreatedDate: wholeSecond(world.now - madeBefore), LastModifiedDate: changed, SystemModstamp: changed }
}

/** The date, in UTC, of a moment in epoch milliseconds. */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}
