import { z } from 'zod'
import { configFile } from '../app/policy.js'
import { doctor } from './doctor.js'

export const configValidate = z.strictObject({
  file: z.string().describe('the config file'),
  isThere: z.boolean(),
  problems: z.array(
    z.strictObject({
      in: z.enum(['file', 'environment']),
      setting: z
        .string()
        .describe('a setting of the file by its path, or a name of the environment; empty for the whole file'),
      message: z.string(),
      line: z.number().int().nullable().describe('where it stands in the file, from 1; null of the environment'),
      column: z.number().int().nullable(),
    }),
  ),
  warnings: z
    .array(
      z.strictObject({
        name: z.string().describe('a name of the environment that looks like a setting and is none'),
        suggestion: z.string().nullable().describe('what was probably meant'),
      }),
    )
    .describe('what is probably a mistake; the exit code does not come from it'),
})

export const configInit = z.strictObject({
  file: z.string().describe('the config file'),
  envFile: z.string().describe('where addresses and secrets are'),
  changed: z
    .array(
      z.strictObject({
        setting: z.string().describe('a setting of the file by its path'),
        before: z.unknown().describe('null where it did not stand there'),
        value: z.unknown().describe('null where it stands there no more, and has its default'),
      }),
    )
    .describe('what was written into the config file; empty where all was so already'),
  names: z.array(z.string()).describe('names whose value was written into envFile; the values may be secrets'),
  certificate: z
    .strictObject({ path: z.string(), key: z.string().describe('the file of the private key') })
    .nullable()
    .describe('of a key pair that was made here, for the admin to upload'),
  schedule: z
    .strictObject({ text: z.string(), install: z.string().describe('how it is put to work, in a line') })
    .nullable()
    .describe('what starts the night; null for --schedule none'),
  doctor,
})

/** The file in docs/schemas that describes the config file, for editors. */
export const CONFIG_SCHEMA_FILE = 'mh-sf.config.json'

/** What may stand in the config file, as JSON Schema. */
export function configSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configFile, { io: 'input' })
  return { $schema, title: 'The settings of mh-sf: mh-sf.config.json', ...schema }
}
