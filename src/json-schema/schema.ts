import { z } from 'zod'
import { SCHEMA_OBJECTS } from '../domain/org-schema.js'

const field = {
  object: z.enum(SCHEMA_OBJECTS),
  name: z.string(),
  label: z.string(),
  type: z
    .enum(['Text', 'Key', 'LongTextArea', 'Date', 'Number', 'Picklist'])
    .describe('Key: a text that is a unique external id'),
  writes: z.boolean().describe('whether it is written; otherwise it is only read'),
  why: z.string(),
  without: z.string().describe('what is lost where it is not there'),
  setting: z.string().describe('the setting of mh-sf.config.json that names it'),
  isSet: z.boolean().describe('false where nobody has named it, and it is not used'),
}
const permissionSet = z.string().describe('the permission set that is exported')

export const schemaCheck = z.strictObject({
  isComplete: z.boolean().describe('whether the org has all that the settings can use'),
  permissionSet,
  fields: z.array(
    z.strictObject({
      ...field,
      state: z.enum(['there', 'missing', 'read only', 'not used']).describe('missing: or hidden from this user'),
    }),
  ),
  lackingRights: z.array(
    z.strictObject({
      object: z.string(),
      right: z.enum(['read', 'create', 'edit', 'delete']),
      why: z.string(),
      needed: z.boolean().describe('false where only this part is left out without it'),
    }),
  ),
  lackingValues: z
    .array(z.strictObject({ field: z.enum(['Status', 'Type']), value: z.string() }))
    .describe('picklist values of Campaign'),
})

export const schemaExport = z.strictObject({
  out: z.string().describe('where it was written'),
  format: z.enum(['source', 'metadata']),
  permissionSet,
  fields: z.array(z.strictObject(field)),
  files: z.array(z.string()).describe('paths in the tree or in the zip'),
})
