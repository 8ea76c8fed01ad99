import { type Document } from 'bson'

/** One thing that a client asks a server: a command, and for a cursor what is asked of it afterwards. */
export interface Operation {
  /** What it is counted as. */
  readonly kind: string
  /** The command, as the driver's `db.command` takes it; of kind 'transaction' the steps (transactions.ts). */
  readonly command: Document
  /** Commands that only the database `admin` takes. */
  readonly admin?: boolean
  /** How many documents each getMore asks for, the last number again and again; without it the rest in one go. */
  readonly batches?: readonly number[]
  /** Kills the cursor after the last number of `batches` instead of reading to its end. */
  readonly kill?: boolean
  /** True when the documents have to come in one order: there is a sort, and it leaves no ties. */
  readonly ordered?: boolean
}

/** The database that a stream is run in: its own for each process, because an engine may be shared. */
export const DATABASE = `mh_sf_differential_${process.pid}`
