import type { Row } from '../store.js'
import type { ChildPager, RecordList } from '../soql/projection.js'

/** Opens a cursor on the rest of a list; the URL it can be read on at. */
export type OpenRest = (list: RecordList, offset: number) => string

/** What stands on one page, and where the next begins. */
export interface Page {
  readonly records: readonly object[]
  readonly end: number
}

/** Writes everything below a record and counts it. */
class Counting implements ChildPager {
  count = 0

  page(children: RecordList): { records: object[] } {
    this.count += children.rows.length
    return { records: children.rows.map((row) => children.toJson(row, this)) }
  }
}

/** Writes what there is room for below a record, at least one of each list; the rest is had by a cursor of its own. */
class Cutting implements ChildPager {
  #room: number
  readonly #open: OpenRest

  constructor(room: number, open: OpenRest) {
    this.#room = room
    this.#open = open
  }

  page(children: RecordList): { records: object[]; nextRecordsUrl?: string } {
    const count = Math.min(children.rows.length, Math.max(1, this.#room))
    this.#room -= count
    const records = children.rows.slice(0, count).map((row) => children.toJson(row, this))
    return count === children.rows.length ? { records } : { records, nextRecordsUrl: this.#open(children, count) }
  }
}

/**
 * Fills a page with the records from `offset` on. The size includes the records below them (rest.md §4): one that does not
 * fit with all it has waits for the next page, unless it is alone; then what is below it is cut (soql.md §6).
 */
export function fillPage(list: RecordList, offset: number, size: number, open: OpenRest): Page {
  const records: object[] = []
  const counting = new Counting()
  let end = offset
  for (let used = 0; used < size && end < list.rows.length; end++) {
    const row = list.rows[end] as Row
    counting.count = 0
    const whole = list.toJson(row, counting)
    used += 1 + counting.count
    if (used <= size) {
      records.push(whole)
      continue
    }
    if (records.length > 0) break
    records.push(list.toJson(row, new Cutting(size - 1, open)))
  }
  return { records, end }
}
