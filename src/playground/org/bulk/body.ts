import type { OpenCall } from '../api.js'
import { DELIMITERS, LINE_ENDINGS } from './csv-format.js'
import type { ColumnDelimiter, CsvDialect, LineEnding } from './csv-format.js'
import { badJson, invalidJob } from './refusal.js'

/** A JSON object whose values are all text. */
export type TextBody = Readonly<Partial<Record<string, string>>>

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw badJson('The HTTP entity body is not valid JSON')
  }
}

/**
 * The body of a bulk control call. `null` counts as absent.
 *
 * @param known the fields this call has
 * @throws OrgError 400 JSON_PARSER_ERROR for anything but an object of text, and for a field that is not known
 */
export const textBody = async (call: OpenCall, known: readonly string[]): Promise<TextBody> =>
  textValues((await call.body()).toString('utf8'), known)

/** The same for JSON that stood elsewhere. */
export const textValues = (text: string, known: readonly string[]): TextBody => {
  const json = parsed(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badJson('The HTTP entity body must be an object')
  const body: Partial<Record<string, string>> = {}
  for (const [name, value] of Object.entries(json) as [string, unknown][]) {
    if (!known.includes(name)) throw badJson(`Unrecognized field "${name}"`)
    if (typeof value === 'string') body[name] = value
    else if (value !== null) throw badJson(`Cannot deserialize instance of string from the value of "${name}"`)
  }
  return body
}

const oneOf = <K extends string>(
  table: Readonly<Record<K, string>>,
  value: string | undefined,
  otherwise: K,
  name: string,
): K => {
  const found = value === undefined ? otherwise : (Object.keys(table) as K[]).find((key) => key === value)
  if (found !== undefined) return found
  throw invalidJob(`${name} ${String(value)} is not supported`)
}

/** How the CSV of a job is written, from its definition; only CSV is spoken (bulk2.md §2). */
export const dialectOf = (body: TextBody): CsvDialect => {
  const { contentType = 'CSV' } = body
  if (contentType !== 'CSV') throw invalidJob(`contentType ${contentType} is not supported`)
  return {
    columnDelimiter: oneOf<ColumnDelimiter>(DELIMITERS, body['columnDelimiter'], 'COMMA', 'columnDelimiter'),
    lineEnding: oneOf<LineEnding>(LINE_ENDINGS, body['lineEnding'], 'LF', 'lineEnding'),
  }
}

/** The fields of a job definition that `dialectOf` reads. */
export const DIALECT_FIELDS = ['contentType', 'columnDelimiter', 'lineEnding'] as const
