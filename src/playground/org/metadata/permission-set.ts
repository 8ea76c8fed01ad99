import type { FieldDef, ObjectDef, Schema } from '../schema.js'
import { childrenOf, textOf, type XmlElement } from '../soap/xml-element.js'
import { ComponentProblem } from './component-problem.js'

/** What a permission set says of one field. */
export interface FieldGrant {
  readonly object: string
  /** The object and the field as the schema writes them: `Contact.Key__c`. */
  readonly field: string
  readonly readable: boolean
  readonly editable: boolean
}

export interface PermissionSet {
  readonly name: string
  readonly label: string
  readonly description: string | null
  readonly grants: readonly FieldGrant[]
}

/** A field as it will be once the package is deployed. */
export type FindField = (object: ObjectDef, name: string) => FieldDef | undefined

/** What a permission set may say besides: the user of the playground has every right but those on new fields. */
const WITHOUT_EFFECT = ['hasActivationRequired', 'license', 'objectPermissions', 'userPermissions', 'tabSettings']

/**
 * Reads a permission set; the fields it names must exist by then.
 *
 * @throws ComponentProblem
 */
export function permissionSet(name: string, element: XmlElement, schema: Schema, find: FindField): PermissionSet {
  for (const child of element.children) {
    const known = ['label', 'description', 'fieldPermissions', ...WITHOUT_EFFECT].includes(child.name)
    if (!known) throw new ComponentProblem(`playground: not implemented: ${child.name} of a PermissionSet`)
  }
  const label = textOf(element, 'label')?.trim() ?? ''
  if (label === '') throw new ComponentProblem('Required field is missing: label')
  const grants = childrenOf(element, 'fieldPermissions').map((permission) => grant(permission, schema, find))
  return { name, label, description: textOf(element, 'description') ?? null, grants }
}

function grant(element: XmlElement, schema: Schema, find: FindField): FieldGrant {
  const path = textOf(element, 'field')?.trim() ?? ''
  const [object = '', field = ''] = path.split('.')
  const def = schema.object(object)
  const found = def === undefined ? undefined : find(def, field)
  if (def === undefined || found === undefined) {
    throw new ComponentProblem(`In field: field - no CustomField named ${path} found`)
  }
  // Everyone sees a required field; a checkbox is never empty and can be hidden all the same.
  if (!found.nillable && found.type !== 'boolean')
    throw new ComponentProblem(`You cannot deploy to a required field: ${path}`)
  const editable = textOf(element, 'editable')?.trim() === 'true'
  const readable = editable || textOf(element, 'readable')?.trim() === 'true'
  return { object: def.name, field: `${def.name}.${found.name}`, readable, editable }
}
