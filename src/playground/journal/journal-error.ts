/** A journal that cannot be used as it is. Says which file, and where in it. */
export class JournalError extends Error {
  override readonly name = 'JournalError'

  /**
   * @param file the path of the file that is damaged or strange
   * @param offset the byte at which it went wrong
   */
  constructor(
    readonly file: string,
    readonly offset: number,
    readonly reason: string,
  ) {
    super(`${file} cannot be used from byte ${offset} on: ${reason}`)
  }
}
