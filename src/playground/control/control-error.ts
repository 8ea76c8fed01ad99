/** What the control surface does not do, with what to do about it. */
export class ControlError extends Error {
  override readonly name = 'ControlError'

  constructor(
    readonly status: number,
    message: string,
    readonly fix: string,
  ) {
    super(message)
  }
}
