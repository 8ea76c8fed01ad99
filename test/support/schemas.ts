import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { schemaFile, type DocumentName } from '../../src/json-schema/documents.js'

const DIRECTORY = join(import.meta.dirname, '../../docs/schemas')
const ajv = formats.default(new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }))
const compiled = new Map<DocumentName, ValidateFunction>()

/**
 * What is wrong with a document, by the schema that is committed: nothing of one that is as it says. `document` is what a
 * command returns, or what it printed.
 */
export function faultsOf(name: DocumentName, document: unknown): string[] {
  const validate =
    compiled.get(name) ?? ajv.compile(JSON.parse(readFileSync(join(DIRECTORY, schemaFile(name)), 'utf8')) as object)
  compiled.set(name, validate)
  if (validate(JSON.parse(typeof document === 'string' ? document : JSON.stringify(document)))) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`,
  )
}
