import writeFileAtomic from 'write-file-atomic'
import type { App } from '../app/app.js'
import { MhError } from '../errors.js'
import { exportPerson, type PersonalData } from '../privacy/export-person.js'
import { personalDataHtml, personalDataText } from '../render/personal-data.js'

export interface ExportFlags {
  out?: string
  html?: string
}

/** Reads everything about somebody and writes it to files that only their owner may read. Throws USAGE where no file is named. */
export async function runPrivacyExport(
  app: App,
  typed: string,
  { out, html }: ExportFlags,
): Promise<{ data: PersonalData; files: string[] }> {
  if (out === undefined && html === undefined) {
    throw new MhError(
      'USAGE',
      'Where is it to be written? Personal data does not go to a screen.',
      'Give --out FILE for JSON, --html FILE for a page, or both.',
    )
  }
  app.require('mongo', 'salesforce')
  const { writeBack } = app.settings.policy
  const tools = { source: app.people(), database: await app.database(), writeBack, clock: app.clock }
  const data = await exportPerson(tools, typed)
  if (out !== undefined) await keep(out, personalDataText(data))
  if (html !== undefined) await keep(html, await personalDataHtml(data))
  return { data, files: [out, html].filter((each) => each !== undefined) }
}

async function keep(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, text, { mode: 0o600 }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new MhError('USAGE', `${path} cannot be written: ${code}.`, 'Check the directory and its rights.')
  })
}
