import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { App } from '../app/app.js'
import { writeNewFile } from '../new-file.js'
import { checkSchema, exportOf, type SchemaCheck, type SchemaExport } from '../domain/org-schema.js'
import { MhError } from '../errors.js'
import { describeOrg } from '../salesforce/describe-org.js'
import { metadataPackage, sourceTree, zipOf, type Files } from '../salesforce/metadata-files.js'

export interface ExportFlags {
  out: string
  format: string
  all: boolean
}

/** Fields and rights: nobody's data. */
const NEW = { private: false }

/** What was written, and where. */
export interface Exported {
  exported: SchemaExport
  out: string
  format: 'source' | 'metadata'
  paths: string[]
}

/** Asks the org in two calls what it has of what the settings can use; the next run goes by what was found. */
export async function runSchemaCheck(app: App): Promise<SchemaCheck> {
  app.require('salesforce')
  await app.refreshFields()
  return checkSchema(app.settings.policy, await describeOrg(app.org()))
}

/**
 * Writes what is missing, or with `all` everything without asking the org, as a source tree into a new directory, or as a zip.
 * Throws USAGE where something is there already.
 */
export async function runSchemaExport(app: App, { out, format, all }: ExportFlags): Promise<Exported> {
  const exported = exportOf(app.settings.policy, all ? undefined : (await runSchemaCheck(app)).fields)
  if (format === 'metadata') {
    const files = metadataPackage(exported)
    await writeNewFile(out, zipOf(files), NEW)
    return { exported, out, format, paths: Object.keys(files) }
  }
  const files = sourceTree(exported)
  await writeTree(out, files)
  return { exported, out, format: 'source', paths: Object.keys(files) }
}

async function writeTree(directory: string, files: Files): Promise<void> {
  const there = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw notWritten(directory, codeOf(error))
  })
  if (there.length > 0) throw notWritten(directory, 'EEXIST')
  for (const [path, text] of Object.entries(files)) {
    const whole = join(directory, path)
    await mkdir(dirname(whole), { recursive: true }).catch((error: unknown) => {
      throw notWritten(whole, codeOf(error))
    })
    await writeNewFile(whole, text, NEW)
  }
}

function notWritten(path: string, code: string): MhError {
  if (code === 'EEXIST') return new MhError('USAGE', `${path} is there already.`, 'Give another name after --out.')
  return new MhError('USAGE', `${path} cannot be written: ${code}.`, 'Check the directory and its rights.')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
