import { employer, type Employer } from './employers.js'
import { ATTENDED_EVENTS, type EventKey, startOf } from './events.js'
import type { Dice } from './dice.js'
import { addressLetters, CITIES, FAMILY_NAMES, GIVEN_NAMES, JOBS, STUDIES } from './words.js'
import { DAY, dice, HOUR, MINUTE, type World } from './world.js'

/** What both systems agree on about somebody; everything else each of them knows for itself. */
export interface Person {
  first: string
  last: string
  /** As typed at sign-up: in small letters. */
  email: string
  employer: Employer | undefined
  title: string
  department: string
  city: string
  country: string
  phone: string
}

export interface Registration {
  event: EventKey
  /** Epoch milliseconds. */
  at: number
  status: 'registered' | 'attended' | 'no_show'
}

/** What the org holds for a participant who is not one of the awkward. */
export type Fate = 'contact' | 'lead' | 'nobody'

const PAIRS = GIVEN_NAMES.length * FAMILY_NAMES.length
/** Coprime with the number of pairs, and about its golden section: neighbours get names that have nothing in common. */
const STRIDE = 12_437
const MAILBOX_DOMAINS = ['example.com', 'example.org', 'example.net', 'mail.example', 'post.example']
const GIVEN_LETTERS = GIVEN_NAMES.map(addressLetters)
const FAMILY_LETTERS = FAMILY_NAMES.map(addressLetters)

/** The participant number `index`; nobody else has their address. */
export function person(world: World, index: number): Person {
  const throws = dice(world, 'person', index)
  return describe(world, index, throws, throws.chance(0.5) ? '.' : '_')
}

/** Somebody whom the org knows and the platform does not; the sign in their address is one that no participant has. */
export function stranger(world: World, index: number): Person {
  return describe(world, index + PAIRS / 2, dice(world, 'stranger', index), '-')
}

function describe(world: World, index: number, throws: Dice, sign: string): Person {
  const pair = (index * STRIDE + world.seed) % PAIRS
  const given = pair % GIVEN_NAMES.length
  const family = Math.floor(pair / GIVEN_NAMES.length)
  const round = Math.floor(index / PAIRS)
  const works = throws.chance(0.75) ? employer(Math.floor(throws.next() ** 2 * world.accounts)) : undefined
  const [city, country, prefix] = throws.pick(CITIES)
  const [title, department] = works?.university === true ? throws.pick(STUDIES) : throws.pick(JOBS)
  const domain = works && throws.chance(0.6) ? works.domain : throws.pick(MAILBOX_DOMAINS)
  const mailbox = `${GIVEN_LETTERS[given] as string}${sign}${FAMILY_LETTERS[family] as string}${round === 0 ? '' : round + 1}`
  return {
    first: GIVEN_NAMES[given] as string,
    last: FAMILY_NAMES[family] as string,
    email: `${mailbox}@${domain}`,
    employer: works,
    title,
    department,
    city,
    country,
    // 0100 to 0199 are kept free for fiction in North America and London; elsewhere 555 has to do.
    phone: `${prefix} 0${100 + throws.below(100)}`,
  }
}

/** 55 % contacts, 15 % leads, the others are not in the org. */
export function fateOf(world: World, index: number): Fate {
  const at = dice(world, 'fate', index).next()
  return at < 0.55 ? 'contact' : at < 0.7 ? 'lead' : 'nobody'
}

/** The events somebody registered for, the first one first: seven in ten for spring, one in ten for another one too. */
export function registrationsOf(world: World, index: number): Registration[] {
  const throws = dice(world, 'registrations', index)
  const first = firstEvent(throws.next())
  const registrations = [registration(world, first, throws)]
  const more = throws.next()
  const others = more < 0.02 ? 2 : more < 0.12 ? 1 : 0
  for (let other = 1; other <= others; other++) {
    const event = ATTENDED_EVENTS[(ATTENDED_EVENTS.indexOf(first) + other * 2) % ATTENDED_EVENTS.length]
    if (event) registrations.push(registration(world, event, throws))
  }
  return registrations
}

function firstEvent(at: number) {
  let left = at
  for (const event of ATTENDED_EVENTS) {
    left -= event.share
    if (left < 0) return event
  }
  return ATTENDED_EVENTS[0] as (typeof ATTENDED_EVENTS)[number]
}

function registration(world: World, event: (typeof ATTENDED_EVENTS)[number], throws: Dice): Registration {
  const latest = Math.min(startOf(event) - DAY, world.now - HOUR)
  const at = Math.round(latest - throws.next() * 45 * DAY)
  const came = throws.next()
  const over = event.status === 'concluded'
  return {
    event: event.key,
    at,
    status: over && came < 0.65 ? 'attended' : over && came < 0.8 ? 'no_show' : 'registered',
  }
}

/** When somebody signed up: some minutes before they first registered for anything. */
export function signUpTime(registrations: readonly Registration[]): number {
  return Math.min(...registrations.map(({ at }) => at)) - 5 * MINUTE
}
