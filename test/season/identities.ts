import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import { contactIdOf } from '../../src/playground/story/contacts.js'
import { documentId } from '../../src/playground/story/ids.js'
import { leadIdOf } from '../../src/playground/story/leads.js'
import { fateOf } from '../../src/playground/story/people.js'
import { makeWorld, type World } from '../../src/playground/story/world.js'

/**
 * Which record each participant is: by the story, which made both, and then by what sales did to records. Nothing is
 * looked up by address.
 */
export class Identities {
  readonly #records = new Map<string, string>()

  constructor(participants: number, seed: string, now: Date) {
    const world = makeWorld(participants, seed, now)
    for (const { participantId, recordId } of awkwardAnswers()) this.#put(participantId, recordId)
    for (let index = AWKWARD.length; index < participants; index++) {
      this.#put(documentId('participant', index).toHexString(), recordOf(world, index))
    }
  }

  /** The id of the Contact or Lead; undefined for who is neither. */
  of(participantId: string): string | undefined {
    return this.#records.get(participantId)
  }

  /** A lead that was converted, or a contact that lost a merge, is another record now. */
  became(before: string, after: string): void {
    for (const [participantId, record] of this.#records) if (record === before) this.#put(participantId, after)
  }

  #put(participantId: string, record: string | undefined): void {
    if (record !== undefined) this.#records.set(participantId, record)
  }
}

function recordOf(world: World, index: number): string | undefined {
  const fate = fateOf(world, index)
  if (fate === 'nobody') return undefined
  return fate === 'contact' ? contactIdOf(index) : leadIdOf(index)
}

export function isLead(recordId: string): boolean {
  return recordId.startsWith('00Q')
}
