export type PlaygroundProblem =
  /** Another process holds the directory and does not answer. */
  | 'busy'
  /** It could not be started; the message says why. */
  | 'failed'
  /** A port that was asked for is another program's. */
  | 'port taken'
  /** It did not become ready, or did not stop, in time. */
  | 'too slow'
  /** The directory is not one that only its owner can read. */
  | 'unsafe directory'
  /** What was kept is not what is asked for. */
  | 'other story'
  /** What was kept is damaged. */
  | 'unreadable data'

/** What goes wrong with starting and stopping a playground, in words for a person, with what to do next. */
export class PlaygroundError extends Error {
  readonly problem: PlaygroundProblem
  readonly hint: string

  constructor(problem: PlaygroundProblem, message: string, hint: string) {
    super(message)
    this.name = 'PlaygroundError'
    this.problem = problem
    this.hint = hint
  }
}
