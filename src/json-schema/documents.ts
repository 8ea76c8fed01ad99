import { z } from 'zod'
import { alertsAck, alertsCheck, alertsList, alertsTest } from './alerts.js'
import { campaignList, campaignShow } from './campaigns.js'
import { configInit, configValidate } from './config.js'
import { doctor } from './doctor.js'
import { errors, failed } from './failures.js'
import { nightly } from './nightly.js'
import { explain, history } from './person.js'
import { personalData, privacyAudit, privacyExport, privacyForget, privacyOptOut, receipt } from './privacy.js'
import { queueList, queueStats } from './queue.js'
import { quota } from './quota.js'
import { reviewList } from './review.js'
import { runsList, runsShow } from './runs.js'
import { schemaCheck, schemaExport } from './schema.js'
import { status } from './status.js'
import { weeklyReport } from './weekly-report.js'

/**
 * What `--json` prints, by command; `error` is what any of them prints in its place when it fails, and some are what a command writes to a
 * file.
 */
export const DOCUMENTS = {
  'alerts ack': alertsAck,
  'alerts check': alertsCheck,
  'alerts list': alertsList,
  'alerts test': alertsTest,
  'campaign list': campaignList,
  'campaign show': campaignShow,
  'config init': configInit,
  'config validate': configValidate,
  doctor,
  'erasure receipt': receipt,
  error: failed,
  errors,
  explain,
  history,
  nightly,
  'personal data': personalData,
  'privacy audit': privacyAudit,
  'privacy export': privacyExport,
  'privacy forget': privacyForget,
  'privacy opt-in': privacyOptOut,
  'privacy opt-out': privacyOptOut,
  'queue list': queueList,
  'queue stats': queueStats,
  quota,
  'report weekly': weeklyReport,
  'review list': reviewList,
  'runs list': runsList,
  'runs show': runsShow,
  'schema check': schemaCheck,
  'schema export': schemaExport,
  status,
} as const satisfies Record<string, z.ZodType>

export type DocumentName = keyof typeof DOCUMENTS
export const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as DocumentName[]

/** The file in docs/schemas that describes a document. */
export function schemaFile(name: DocumentName): string {
  return `${name.replaceAll(' ', '-')}.json`
}

/** Of what no command prints. */
const TITLES: Partial<Record<DocumentName, string>> = {
  error: 'What a command prints with --json when it fails',
  'personal data': 'What mh-sf privacy export --out writes',
  'erasure receipt': 'What mh-sf privacy forget --receipt writes',
}

/** A document's description as JSON Schema, draft 2020-12. */
export function jsonSchemaOf(name: DocumentName): object {
  const title = TITLES[name] ?? `mh-sf ${name} --json`
  const { $schema, ...schema } = z.toJSONSchema(DOCUMENTS[name], { override: withoutNoise })
  return { $schema, title, ...schema }
}

/** Bounds that any number of JavaScript has, and patterns that say once more what the format says. */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

export { CONFIG_SCHEMA_FILE, configSchema } from './config.js'
export { withSettingsTable } from './settings-table.js'
