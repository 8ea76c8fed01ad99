import { Timestamp } from 'bson'
import { CommandError, notOffered } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'
import { parseToken, type Place } from './resume-token.js'

/** What the stage $changeStream asks for. */
export interface StreamOptions {
  /** Where the stream begins; undefined for now. */
  readonly start: Place | undefined
  /** Whether an update's event shows the document as it is when the event is read. */
  readonly looksUp: boolean
  readonly wholeCluster: boolean
}

const STARTS = ['resumeAfter', 'startAfter', 'startAtOperationTime']
const KNOWN = new Set([
  ...STARTS,
  'fullDocument',
  'fullDocumentBeforeChange',
  'allChangesForCluster',
  'showExpandedEvents',
])

/** Reads the options of $changeStream. Throws what MongoDB throws for wrong ones. */
export function parseStreamOptions(given: unknown): StreamOptions {
  if (!isDocument(given)) throw new CommandError(50808, '$changeStream must take a nested object')
  const unknown = Object.keys(given).find((name) => !KNOWN.has(name))
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '$changeStream.${unknown}' is an unknown field.`)
  refuseImages(given)
  return {
    start: startOf(given),
    looksUp: given.fullDocument === 'updateLookup',
    wholeCluster: given.allChangesForCluster === true,
  }
}

function refuseImages({ fullDocument, fullDocumentBeforeChange, showExpandedEvents }: Document): void {
  if (fullDocument === 'whenAvailable' || fullDocument === 'required') {
    throw notOffered(`a change stream with fullDocument '${fullDocument}'`)
  }
  if (fullDocument !== undefined && fullDocument !== 'default' && fullDocument !== 'updateLookup') {
    throw new CommandError(
      2,
      `Enumeration value '${typeof fullDocument === 'string' ? fullDocument : typeof fullDocument}' for field '$changeStream.fullDocument' is not valid`,
    )
  }
  if (fullDocumentBeforeChange !== undefined && fullDocumentBeforeChange !== 'off') {
    throw notOffered('a change stream with fullDocumentBeforeChange')
  }
  if (showExpandedEvents === true) throw notOffered('a change stream with showExpandedEvents')
}

function startOf(given: Document): Place | undefined {
  const [name, another] = STARTS.filter((each) => given[each] !== undefined)
  if (another !== undefined) {
    throw new CommandError(40674, 'Only one type of resume option is allowed, but multiple were found.')
  }
  if (name === undefined) return undefined
  if (name === 'startAtOperationTime') return startAt(given[name])
  const token = parseToken(given[name])
  if (token.isInvalidate && name === 'resumeAfter') {
    throw new CommandError(
      260,
      "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.",
    )
  }
  return token
}

/** The changes of that very time are among those that are wanted. */
function startAt(time: unknown): Place {
  if (time instanceof Timestamp) return { time: new Timestamp({ t: time.t, i: time.i }), index: 0 }
  throw new CommandError(
    14,
    "BSON field '$changeStream.startAtOperationTime' is the wrong type, expected type 'timestamp'",
  )
}
