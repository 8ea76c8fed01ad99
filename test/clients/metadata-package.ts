import { strToU8, zipSync } from 'fflate'

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

export type Files = Readonly<Record<string, string>>

export function zipped(files: Files): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))))
}

/** package.xml, or a destructiveChanges.xml, that names members by type. */
export function manifest(members: Readonly<Record<string, readonly string[]>>): string {
  const types = Object.entries(members).map(
    ([name, list]) => `<types>${list.map((one) => `<members>${one}</members>`).join('')}<name>${name}</name></types>`,
  )
  return `${HEAD}<Package ${NS}>${types.join('')}<version>66.0</version></Package>`
}

/** An object file with these fields; each is the inside of its `fields` element. */
export function objectFile(...fields: readonly string[]): string {
  return `${HEAD}<CustomObject ${NS}>${fields.map((field) => `<fields>${field}</fields>`).join('')}</CustomObject>`
}

/** A text that is a unique external id. */
export function keyField(name: string, more = ''): string {
  return `<fullName>${name}</fullName><label>Key</label><type>Text</type><length>40</length><unique>true</unique><externalId>true</externalId>${more}`
}

/** A permission set that lets its users write these fields, or only read them. */
export function permissionSetFile(fields: readonly string[], editable = true): string {
  const rights = fields.map(
    (field) =>
      `<fieldPermissions><editable>${editable}</editable><field>${field}</field><readable>true</readable></fieldPermissions>`,
  )
  return `${HEAD}<PermissionSet ${NS}><hasActivationRequired>false</hasActivationRequired><label>Sync</label>${rights.join('')}</PermissionSet>`
}

const KEYED = ['Account', 'Campaign', 'CampaignMember', 'Contact', 'Lead'] as const

/** What a sync deploys: an external id on each of its objects and the permission set that shows them. */
export function syncPackage(): Files {
  const fields = KEYED.map((object) => `${object}.MongoHacks_Id__c`)
  const objects = KEYED.map((object) => [`objects/${object}.object`, objectFile(keyField('MongoHacks_Id__c'))])
  return {
    'package.xml': manifest({ CustomField: fields, PermissionSet: ['MongoHacks_Sync'] }),
    ...(Object.fromEntries(objects) as Files),
    'permissionsets/MongoHacks_Sync.permissionset': permissionSetFile(fields),
  }
}
