import type { App } from '../app/app.js'
import { checkNewFile, writeNewFile } from '../new-file.js'
import { MhError } from '../errors.js'
import { exportPerson, type PersonalData } from '../privacy/export-person.js'
import { personalDataHtml, personalDataText } from '../render/personal-data.js'

export interface ExportFlags {
  out?: string
  html?: string
  force: boolean
}

/** Reads everything about somebody and writes it to files that only their owner may read. Throws USAGE where no file is named, or
 * one is there that is not to be replaced. */
export async function runPrivacyExport(
  app: App,
  typed: string,
  { out, html, force: replace }: ExportFlags,
): Promise<{ data: PersonalData; files: string[] }> {
  if (out === undefined && html === undefined) {
    throw new MhError(
      'USAGE',
      'Where is it to be written? Personal data does not go to a screen.',
      'Give --out FILE for JSON, --html FILE for a page, or both.',
    )
  }
  const files = [out, html].filter((each) => each !== undefined)
  for (const file of files) await checkNewFile(file, replace)
  app.require('mongo', 'salesforce')
  const { writeBack } = app.settings.policy
  const tools = { source: app.people(), database: await app.database(), writeBack, clock: app.clock }
  const data = await exportPerson(tools, typed)
  const how = { replace, private: true }
  if (out !== undefined) await writeNewFile(out, personalDataText(data), how)
  if (html !== undefined) await writeNewFile(html, await personalDataHtml(data), how)
  return { data, files }
}
