import XMLBuilder from 'fast-xml-builder'
import { strToU8, zipSync, type ZippableFile } from 'fflate'
import { PERMISSION_SET, type FieldKind, type SchemaExport, type WantedField } from '../domain/org-schema.js'
import { API_VERSION } from './login.js'

/** Text files by their path. */
export type Files = Readonly<Record<string, string>>

const SOURCE = 'force-app/main/default'
const NAMESPACE = 'http://soap.sforce.com/2006/04/metadata'
/** What the Metadata API asks of a long text. */
const VISIBLE_LINES = 5
/** The same day for all entries: the same export is the same zip. A zip knows no time before 1980. */
const ZIP_DATE = new Date(2000, 0, 1)

const builder = new XMLBuilder({ format: true, indentBy: '    ', ignoreAttributes: false, suppressEmptyNode: true })

/** A source tree as `sf project deploy start --source-dir` takes it. */
export function sourceTree(exported: SchemaExport): Files {
  const fields = exported.fields.map((field): [string, string] => [
    `${SOURCE}/objects/${field.object}/fields/${field.name}.field-meta.xml`,
    document('CustomField', fieldElement(field)),
  ])
  const project = {
    packageDirectories: [{ path: 'force-app', default: true }],
    namespace: '',
    sourceApiVersion: API_VERSION,
  }
  return {
    'sfdx-project.json': `${JSON.stringify(project, null, 2)}\n`,
    ...(Object.fromEntries(fields) as Files),
    [`${SOURCE}/permissionsets/${PERMISSION_SET}.permissionset-meta.xml`]: permissionSet(exported),
  }
}

/** The files of a package as the Metadata API takes it: package.xml lies at its root. */
export function metadataPackage(exported: SchemaExport): Files {
  const objects = [...new Set(exported.fields.map(({ object }) => object))]
  const objectFiles = objects.map((object): [string, string] => {
    const fields = exported.fields.filter((field) => field.object === object).map(fieldElement)
    return [`objects/${object}.object`, document('CustomObject', { fields })]
  })
  const members = exported.fields.map(({ object, name }) => `${object}.${name}`)
  const types = [
    ...(members.length > 0 ? [{ members, name: 'CustomField' }] : []),
    { members: [PERMISSION_SET], name: 'PermissionSet' },
  ]
  return {
    'package.xml': document('Package', { types, version: API_VERSION }),
    ...(Object.fromEntries(objectFiles) as Files),
    [`permissionsets/${PERMISSION_SET}.permissionset`]: permissionSet(exported),
  }
}

/** Files as a zip; the same files are the same bytes. */
export function zipOf(files: Files): Uint8Array {
  const entries = Object.entries(files).map(([path, text]): [string, ZippableFile] => [
    path,
    [strToU8(text), { mtime: ZIP_DATE }],
  ])
  return zipSync(Object.fromEntries(entries))
}

function document(root: string, content: object): string {
  const declaration = { '@_version': '1.0', '@_encoding': 'UTF-8' }
  return builder.build({ '?xml': declaration, [root]: { '@_xmlns': NAMESPACE, ...content } })
}

function fieldElement({ name, label, kind, why, without }: WantedField): object {
  const description = `mh-sf: ${why}. Without it ${without}.`
  return { fullName: name, description, label, required: false, ...kindElements(kind) }
}

function kindElements(kind: FieldKind): object {
  switch (kind.type) {
    case 'Key':
      return { type: 'Text', length: kind.length, caseSensitive: false, externalId: true, unique: true }
    case 'Number':
      return { type: 'Number', precision: kind.digits, scale: 0 }
    case 'LongTextArea':
      return { type: 'LongTextArea', length: kind.length, visibleLines: VISIBLE_LINES }
    case 'Picklist': {
      const value = kind.values.map((fullName) => ({ fullName, default: false, label: fullName }))
      return { type: 'Picklist', valueSet: { restricted: false, valueSetDefinition: { sorted: false, value } } }
    }
    case 'Text':
    case 'Date':
      return kind
  }
}

/** What the tool does and no more; nobody has it before it is assigned. */
function permissionSet({ grants, rights }: SchemaExport): string {
  const fieldPermissions = grants.map(({ object, name, writes }) => ({
    editable: writes,
    field: `${object}.${name}`,
    readable: true,
  }))
  const objectPermissions = rights.map(({ object, create, edit }) => ({
    allowCreate: create,
    allowDelete: false,
    allowEdit: edit,
    allowRead: true,
    modifyAllRecords: false,
    object,
    viewAllRecords: false,
  }))
  return document('PermissionSet', {
    description: 'What mh-sf needs: assign it to the user that mh-sf logs in as.',
    fieldPermissions,
    hasActivationRequired: false,
    label: 'MongoHacks Sync',
    objectPermissions,
  })
}
