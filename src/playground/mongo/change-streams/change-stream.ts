import { CommandError } from '../command-error.js'
import { encode, type Document } from '../bson/value.js'
import { compareValues } from '../bson/order.js'
import { type Change } from '../store/change-log.js'
import { MAX_DOCUMENT_SIZE } from '../store/collection.js'
import { eventOf, invalidateEvent, namesOf, type EventStyle } from './change-event.js'
import { type History, type Moment } from './history.js'
import { tokenOf, type Place } from './resume-token.js'

/** What a stream watches: a collection, a database or all. */
export interface Watched {
  readonly database?: string
  readonly collection?: string
}

/** What becomes of an event in the stages that follow; undefined when it is left out. */
export type Refine = (event: Document) => Document | undefined

/** A change stream: a place in the history that moves on as its events are taken. */
export class ChangeStream {
  readonly #history: History
  readonly #watched: Watched
  readonly #style: EventStyle
  readonly #refine: Refine
  #place: Place
  /** True when no event will follow. */
  isOver = false

  constructor(history: History, watched: Watched, start: Place | undefined, style: EventStyle, refine: Refine) {
    history.keep()
    if (start) history.assertHeld(start)
    this.#history = history
    this.#watched = watched
    this.#style = style
    this.#refine = refine
    this.#place = start ?? history.end
  }

  /** Where a stream that is resumed goes on. */
  get resumeToken(): Document {
    return tokenOf(this.#place)
  }

  /** Takes the events that have happened, as many as are wanted and fit into a reply. */
  take(batchSize: number): Buffer[] {
    this.#history.assertHeld(this.#place)
    const batch: Buffer[] = []
    let size = 0
    for (const moment of this.#history.from(this.#place)) {
      const first = moment.time.equals(this.#place.time) ? this.#place.index : 0
      for (let index = first; index < moment.changes.length; index++) {
        const events = this.#eventsOf(moment, index).map(encode)
        size += events.reduce((sum, event) => sum + event.length, 0)
        if (batch.length > 0 && (batch.length >= batchSize || size > MAX_DOCUMENT_SIZE)) return batch
        batch.push(...events)
        this.#place = { time: moment.time, index: index + 1 }
        if (this.isOver) return batch
      }
    }
    return batch
  }

  #eventsOf(moment: Moment, index: number): Document[] {
    const change = moment.changes[index]
    if (!change || !this.#isWatched(change)) return []
    const told = eventOf(moment, index, this.#style)
    const events = told ? [told] : []
    if (this.#endsWith(change)) {
      this.isOver = true
      events.push(invalidateEvent(moment, index))
    }
    return events.flatMap((event) => this.#refined(event))
  }

  #refined(event: Document): Document[] {
    const refined = this.#refine(event)
    if (!refined) return []
    if (compareValues(refined._id, event._id) === 0) return [refined]
    throw new CommandError(
      280,
      'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline.',
    )
  }

  #isWatched(change: Change): boolean {
    const { database, collection } = this.#watched
    if (database === undefined) return true
    if (change.kind === 'dropDatabase') return collection === undefined && change.database === database
    const { db, coll } = namesOf(change.collection)
    return db === database && (collection === undefined || coll === collection)
  }

  #endsWith(change: Change): boolean {
    const { database, collection } = this.#watched
    if (collection !== undefined) return change.kind === 'dropCollection'
    return database !== undefined && change.kind === 'dropDatabase'
  }
}
