import { AWKWARD } from '../../src/playground/story/awkward.js'
import { Dice, seedNumber } from '../../src/playground/story/dice.js'
import type { Store } from '../../src/playground/org/store.js'
import { isLead, type Identities } from './identities.js'
import type { Participant, Platform } from './platform.js'

/** A contact of an account whom the platform never saw. */
export interface Stranger {
  id: string
  accountId: string
}

const STREAM = 102

/** Everybody to whom something may happen, in an order that the seed decides; who was taken once is not there again. */
export class Crowd {
  readonly #identities: Identities
  #members: Participant[]
  #strangers: Stranger[]

  constructor({ participants }: Platform, identities: Identities, store: Store, seed: string) {
    const dice = new Dice(seedNumber(seed), STREAM, 0)
    this.#identities = identities
    const known = participants
      .slice(AWKWARD.length)
      .filter(({ salesforce }) => (salesforce?.campaigns ?? []).length > 0)
    this.#members = shuffled(known, dice)
    this.#strangers = shuffled(strangersIn(store, participants), dice)
  }

  leads(count: number): Participant[] {
    return this.#take(count, (person) => isLead(this.recordOf(person)))
  }

  contacts(count: number): Participant[] {
    return this.#take(count, (person) => !isLead(this.recordOf(person)))
  }

  strangers(count: number): Stranger[] {
    return this.#strangers.splice(0, count)
  }

  /** Who is left, to whom several things of one kind may happen. */
  get others(): readonly Participant[] {
    return this.#members
  }

  recordOf({ _id }: Participant): string {
    return this.#identities.of(_id.toHexString()) ?? ''
  }

  #take(count: number, fits: (person: Participant) => boolean): Participant[] {
    const taken = new Set(this.#members.filter(fits).slice(0, count))
    this.#members = this.#members.filter((person) => !taken.has(person))
    return [...taken]
  }
}

function strangersIn(store: Store, participants: readonly Participant[]): Stranger[] {
  const addresses = new Set(
    participants.map(({ email }) => (typeof email === 'string' ? email.trim().toLowerCase() : '')),
  )
  return [...store.scan('Contact')].flatMap(({ Id, AccountId, Email, IsDeleted, HasOptedOutOfEmail }) => {
    const isKnown = addresses.has(String(Email).toLowerCase())
    return isKnown || IsDeleted || HasOptedOutOfEmail || !AccountId ? [] : [{ id: Id, accountId: String(AccountId) }]
  })
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const order = new Map(items.map((item) => [item, dice.next()]))
  return [...items].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
}
