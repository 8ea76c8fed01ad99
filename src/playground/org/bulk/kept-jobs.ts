import type { KeptPart } from '../kept-part.js'
import type { Job } from './job.js'
import type { JobBook } from './job-book.js'

/** Rows in one entry, when all of a job are told. */
const PIECE_ROWS = 10_000

/** What is small of a job: what it was made of, and properties of it that change. Both are JSON. */
export interface JobHead<D> {
  readonly made: D
  readonly state: object
}

/** How jobs of one kind are written down. */
export interface JobForm<J extends Job, D, R> {
  head(job: J): JobHead<D>
  make(definition: D): J
  /** How many rows it has something to tell of. */
  count(job: J): number
  /** What is told of some of them, as JSON. */
  rows(job: J, from: number, end: number): R
  /** Takes that in; `from` is the first of them. */
  take(job: J, from: number, rows: R): void
}

/** All of a head, some of the rows of a job, or the id of one that is there no more. */
interface Entry<D, R> {
  readonly head?: JobHead<D> & { readonly made: { readonly id: string } }
  readonly of?: string
  readonly from?: number
  readonly rows?: R
  readonly gone?: string
}

/** Ids of jobs that are there no more, as some entries say. */
export function goneIn(entries: readonly unknown[]): string[] {
  return entries.flatMap((entry) => (entry as Entry<unknown, unknown>).gone ?? [])
}

/** The jobs of a book, for a restart: heads whenever they have changed, rows once each. */
export function keptJobs<J extends Job, D extends { readonly id: string }, R>(
  name: string,
  book: JobBook<J>,
  form: JobForm<J, D, R>,
): Pick<KeptPart, 'name' | 'changes' | 'whole' | 'restore'> {
  const rowsFrom = (job: J, from: number): Entry<D, R>[] => {
    const entries: Entry<D, R>[] = []
    for (const end = form.count(job); from < end; from += PIECE_ROWS) {
      entries.push({ of: job.id, from, rows: form.rows(job, from, Math.min(from + PIECE_ROWS, end)) })
    }
    return entries
  }
  const news = (job: J): Entry<D, R>[] => {
    const head = form.head(job)
    const [text, rows] = [JSON.stringify(head), rowsFrom(job, job.told.rows)]
    const entries = text === job.told.head ? rows : [{ head }, ...rows]
    job.told = { head: text, rows: form.count(job) }
    return entries
  }
  return {
    name,
    changes: () => {
      const { touched, gone } = book.takeTouched()
      return [...touched.flatMap(news), ...gone.map((id) => ({ gone: id }))]
    },
    *whole() {
      for (const job of book.all()) {
        yield { head: form.head(job) }
        yield* rowsFrom(job, 0)
      }
    },
    restore(entry) {
      const { head, of = head?.made.id ?? '', from = 0, rows, gone } = entry as Entry<D, R>
      if (gone !== undefined) book.forget(gone)
      if (head !== undefined && book.get(of) === undefined) book.add(form.make(head.made))
      const job = book.get(of)
      if (job === undefined) return
      if (head !== undefined) Object.assign(job, head.state)
      if (rows !== undefined) form.take(job, from, rows)
    },
  }
}
