import { CommandError } from './command-error.js'
import { isDocument, type Document } from './bson/value.js'

/** What `failCommand` does to a command, in MongoDB's own words. */
export interface FailCommandData {
  readonly failCommands: readonly string[]
  readonly errorCode?: number
  readonly errorLabels?: readonly string[]
  readonly closeConnection?: boolean
  /** With `closeConnection`: the command runs first, and only its answer is lost. Our own addition. */
  readonly applied?: boolean
  readonly blockConnection?: boolean
  readonly blockTimeMS?: number
  readonly writeConcernError?: Readonly<Record<string, unknown>>
  readonly appName?: string
}

/** A fail point as `configureFailPoint` takes it. */
export interface FailPoint {
  readonly configureFailPoint: 'failCommand'
  readonly mode: 'off' | 'alwaysOn' | { readonly times?: number; readonly skip?: number }
  readonly data?: FailCommandData
}

/** The fail point `failCommand`: makes chosen commands fail, wait or lose their connection, before they run or after. */
export class FailPoints {
  #data: FailCommandData | undefined
  #skip = 0
  #times = 0
  #hits = 0

  /** Arms or disarms it. */
  arm({ mode, data }: FailPoint): void {
    this.#hits = 0
    this.#data = mode === 'off' ? undefined : (data ?? { failCommands: [] })
    this.#skip = typeof mode === 'object' ? (mode.skip ?? 0) : 0
    this.#times = typeof mode === 'object' ? (mode.times ?? Infinity) : Infinity
  }

  /** It as it was armed, with what is left of its skips and times; undefined when it is off. */
  get armed(): FailPoint | undefined {
    if (this.#data === undefined || this.#times <= 0) return undefined
    const times = this.#times === Infinity ? {} : { times: this.#times }
    const mode = { ...times, ...(this.#skip > 0 ? { skip: this.#skip } : {}) }
    const isAlways = Object.keys(mode).length === 0
    return { configureFailPoint: 'failCommand', mode: isAlways ? 'alwaysOn' : mode, data: this.#data }
  }

  /** How often it has struck since it was armed. */
  get hits(): number {
    return this.#hits
  }

  /** What is to happen to this command; counts as struck. */
  take(command: string, appName: string | undefined): FailCommandData | undefined {
    const data = this.#data
    if (!data?.failCommands.includes(command) || command === 'configureFailPoint') return undefined
    if (data.appName !== undefined && data.appName !== appName) return undefined
    if (this.#skip > 0) {
      this.#skip--
      return undefined
    }
    if (this.#times <= 0) return undefined
    this.#times--
    this.#hits++
    return data
  }
}

/** Reads the command `configureFailPoint`. */
export function parseFailPoint(command: Document): FailPoint {
  const { configureFailPoint: name, mode, data } = command
  if (name !== 'failCommand') throw new CommandError(47, `fail point '${String(name)}' not found`)
  if (mode !== 'off' && mode !== 'alwaysOn' && !isDocument(mode)) {
    throw new CommandError(9, `unknown mode for fail point: ${JSON.stringify(mode)}`)
  }
  return { configureFailPoint: name, mode, data: isDocument(data) ? parseData(data) : { failCommands: [] } }
}

function parseData(data: Document): FailCommandData {
  const { failCommands, errorCode, errorLabels, closeConnection, blockConnection, blockTimeMS, appName } = data
  if (!Array.isArray(failCommands)) throw new CommandError(9, "failCommand needs the field 'failCommands'")
  return {
    failCommands: failCommands.map(String),
    ...(typeof errorCode === 'number' && { errorCode }),
    ...(Array.isArray(errorLabels) && { errorLabels: errorLabels.map(String) }),
    closeConnection: closeConnection === true,
    ...(data.applied === true && { applied: true }),
    blockConnection: blockConnection === true,
    ...(typeof blockTimeMS === 'number' && { blockTimeMS }),
    ...(isDocument(data.writeConcernError) && { writeConcernError: data.writeConcernError }),
    ...(typeof appName === 'string' && { appName }),
  }
}
