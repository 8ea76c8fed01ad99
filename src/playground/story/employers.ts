import { picklist } from '../org/fields.js'
import { salesforceId } from './ids.js'
import { datesOf, type OrgRecord, ownerId } from './records.js'
import { BUSINESSES, CITIES, HOUSES, INDUSTRIES } from './words.js'
import { DAY, dice, type World } from './world.js'

/** Accounts that only awkward people belong to; they come before the others. */
export const SPECIAL_ACCOUNTS = [
  { name: 'Harbourlight Systems', domain: 'harbourlight.example', type: 'Customer', tier: 'Enterprise' },
  { name: 'Quillmark Labs', domain: 'quillmark.example', type: 'Prospect', tier: null },
  { name: "O'Dowd & Söhne GmbH", domain: 'odowd-soehne.example', type: 'Partner', tier: 'Startup' },
] as const

const UNIVERSITY_KINDS = ['University', 'Institute of Technology', 'Polytechnic']
const TIERS = ['Enterprise', 'Growth', 'Growth', 'Startup', 'Startup', 'Startup', 'Community']
const TYPES = ['Customer', 'Customer', 'Prospect', 'Prospect', 'Prospect', 'Partner']

export interface Employer {
  index: number
  name: string
  domain: string
  university: boolean
}

const TIER_NAME = 'Customer_Tier__c'
/** The custom picklist on Account that a tier is read from. */
export const TIER_FIELD = picklist(TIER_NAME, 'Customer Tier', ['Enterprise', 'Growth', 'Startup', 'Community'])

const isUniversity = (index: number) => index % 6 === 5 && index < UNIVERSITY_KINDS.length * HOUSES.length * 6

/** Those that somebody asked for already: a few thousand, whom many people share. */
const known: Employer[] = []

/** The employer number `index`, in [0, world.accounts); its name and domain are its own up to 20,000 of them. */
export function employer(index: number): Employer {
  return (known[index] ??= isUniversity(index) ? university(index) : company(index))
}

function university(index: number): Employer {
  const number = Math.floor(index / 6)
  const kind = UNIVERSITY_KINDS[Math.floor(number / HOUSES.length)] as string
  return named(index, `${HOUSES[number % HOUSES.length] as string} ${kind}`, true)
}

function company(index: number): Employer {
  const house = HOUSES[index % HOUSES.length] as string
  const business = BUSINESSES[Math.floor(index / HOUSES.length) % BUSINESSES.length] as string
  const city = Math.floor(index / (HOUSES.length * BUSINESSES.length))
  const where = city === 0 ? '' : ` ${(CITIES[city % CITIES.length] as (typeof CITIES)[number])[0]}`
  return named(index, `${house} ${business}${where}`, false)
}

export function accountId(index: number): string {
  return salesforceId('Account', SPECIAL_ACCOUNTS.length + 1 + index)
}

export function specialAccountId(number: number): string {
  return salesforceId('Account', 1 + number)
}

/** Every Account: the special ones, then one for each employer. */
export function* accountRecords(world: World): Generator<OrgRecord> {
  for (const [number, special] of SPECIAL_ACCOUNTS.entries()) {
    yield account(world, specialAccountId(number), special, special.type, special.tier, -1 - number)
  }
  for (let index = 0; index < world.accounts; index++) {
    const at = employer(index)
    const throws = dice(world, 'account', index)
    const type = throws.chance(0.9) ? throws.pick(TYPES) : null
    const tier = throws.chance(0.8) ? (at.university ? 'Community' : throws.pick(TIERS)) : null
    yield account(world, accountId(index), at, type, tier, index)
  }
}

function account(
  world: World,
  id: string,
  { name, domain }: { name: string; domain: string },
  type: string | null,
  tier: string | null,
  index: number,
): OrgRecord {
  const throws = dice(world, 'account', 1_000_000 + index)
  const [city, country] = throws.pick(CITIES)
  return {
    Id: id,
    Name: name,
    Type: type,
    [TIER_NAME]: tier,
    Industry: throws.pick(INDUSTRIES),
    Website: `https://www.${domain}`,
    BillingCity: city,
    BillingCountry: country,
    NumberOfEmployees: 5 + throws.below(20) ** 3,
    OwnerId: ownerId(throws.below(5)),
    ...datesOf(world, (400 + throws.next() * 900) * DAY, throws.next() * 300 * DAY),
  }
}

function named(index: number, name: string, university: boolean): Employer {
  return { index, name, domain: `${domainLetters(name)}.example`, university }
}

function domainLetters(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z]+/gu, '-')
}
