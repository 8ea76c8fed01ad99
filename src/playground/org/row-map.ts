import { ordinalOf } from './ids.js'
import type { Row } from './store.js'

/** More numbers than this are not skipped to give a row its place by number. */
const GAP = 1_000

/**
 * The rows of one object by their 18-character ids. An id that was made here has a number, which is the row's place in a
 * list: no hash of a million ids has to be kept or grown. The others, as seeds may bring them, are in a map.
 */
export class RowMap {
  readonly #numbered: (Row | undefined)[] = []
  readonly #others = new Map<string, Row>()

  get(id: string): Row | undefined {
    const row = this.#numbered[ordinalOf(id)]
    return row?.Id === id ? row : this.#others.get(id)
  }

  /** Puts a row in, or another in its place. */
  set(row: Row): void {
    const place = ordinalOf(row.Id)
    if (place === 0 || place > this.#numbered.length + GAP || this.#others.has(row.Id)) this.#others.set(row.Id, row)
    else {
      while (this.#numbered.length < place) this.#numbered.push(undefined)
      this.#numbered[place] = row
    }
  }

  delete(id: string): void {
    const place = ordinalOf(id)
    if (this.#numbered[place]?.Id === id) this.#numbered[place] = undefined
    this.#others.delete(id)
  }

  /** By number, then the others in the order in which they came. Rows that come meanwhile are met too. */
  *values(): Generator<Row> {
    for (const row of this.#numbered) if (row !== undefined) yield row
    yield* this.#others.values()
  }
}
