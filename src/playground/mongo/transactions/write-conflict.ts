import { CommandError } from '../command-error.js'
import { type Transaction } from './transaction.js'

/**
 * A write that an open transaction stands in the way of, or that comes too late for the transaction it is in. `holder` is
 * the transaction in the way, if it is another's.
 */
export class WriteConflict extends CommandError {
  constructor(readonly holder?: Transaction) {
    super(
      112,
      'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    )
  }
}
