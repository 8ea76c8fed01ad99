import { OrgError } from './org-error.js'

/** One part of a `multipart/form-data` body. */
export interface Part {
  /** Of its Content-Disposition. */
  readonly name: string
  readonly body: Buffer
}

const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

/** Splits a body into its parts. Throws OrgError 400 for what its Content-Type does not fit. */
export function partsOf(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const delimiter = Buffer.from(`--${boundary?.[1] ?? boundary?.[2] ?? ''}`)
  const starts = boundary === null ? [] : linesThatBegin(body, delimiter)
  if (starts.length < 2) throw invalid('the body has no parts, or not the boundary of its Content-Type')
  return starts.slice(0, -1).map((start, at) => {
    // A part ends before the line break in front of the next boundary.
    const part = body.subarray(start + delimiter.length + LINE_END.length, (starts[at + 1] ?? 0) - LINE_END.length)
    return readPart(part)
  })
}

/** Where lines that begin with the delimiter do so; the last one closes the body. */
function linesThatBegin(body: Buffer, delimiter: Buffer): number[] {
  const starts: number[] = []
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + delimiter.length)) {
    const atLineStart = at === 0 || body.subarray(at - LINE_END.length, at).equals(LINE_END)
    if (atLineStart) starts.push(at)
  }
  return starts
}

function readPart(part: Buffer): Part {
  const end = part.indexOf(HEAD_END)
  const head = part.subarray(0, Math.max(0, end)).toString('utf8')
  const name = /^content-disposition:.*?[;\s]name="?([^";]+)"?/im.exec(head)?.[1]
  if (end < 0 || name === undefined) throw invalid('a part has no name')
  return { name, body: part.subarray(end + HEAD_END.length) }
}

function invalid(message: string): OrgError {
  return new OrgError(400, 'INVALID_MULTIPART_REQUEST', message)
}
