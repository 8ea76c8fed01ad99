import { childOf, childrenOf, textOf, type XmlElement } from '../soap/xml-element.js'
import type { FieldDef } from '../schema.js'
import type { FieldValue } from '../store.js'
import { ComponentProblem } from './component-problem.js'
import { BUILDERS, LACKING_TYPES, type FieldSource } from './field-types.js'
import { picklistChoices } from './picklist-values.js'

/** Stated about a field without any effect on its records. */
const WITHOUT_EFFECT = [
  'businessOwnerGroup',
  'businessOwnerUser',
  'businessStatus',
  'complianceGroup',
  'description',
  'inlineHelpText',
  'relationshipLabel',
  'securityClassification',
  'trackFeedHistory',
  'trackHistory',
  'trackTrending',
  'visibleLines',
]
/** What every field may state. */
const COMMON = ['fullName', 'label', 'type', 'required', ...WITHOUT_EFFECT]

/**
 * A CustomField as a field of the org. The reference is silent on metadata: elements, bounds and the texts of problems are
 * those of the public Metadata API guide and of deploys that failed.
 *
 * @throws ComponentProblem
 */
export function customField(element: XmlElement): FieldDef {
  const type = stated(element, 'type')
  const builder = BUILDERS[type]
  if (builder === undefined) {
    if (LACKING_TYPES.includes(type))
      throw new ComponentProblem(`playground: not implemented: CustomField of type ${type}`)
    throw new ComponentProblem(`'${type}' is not a valid value for the enum 'FieldType'`)
  }
  checkName(stated(element, 'fullName'))
  checkElements(element, type, builder.takes)
  const source = sourceOf(element, type)
  // Nobody sees it until a permission set says so; a required field is seen by all.
  const secured = !source.required
  return { ...builder.build(source), secured, nillable: !source.required && type !== 'Checkbox' }
}

function stated(element: XmlElement, name: string): string {
  const text = textOf(element, name)?.trim() ?? ''
  if (text === '') throw new ComponentProblem(`Required field is missing: ${name}`)
  return text
}

function checkName(name: string): void {
  if (!name.endsWith('__c')) throw new ComponentProblem(`playground: not implemented: the standard field ${name}`)
  const base = name.slice(0, -3)
  if (/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/i.test(base) && base.length <= 40) return
  const rule = 'begin with a letter, not end with an underscore, and not contain two consecutive underscores'
  throw new ComponentProblem(
    `The Custom Field API Name '${name}' can only contain up to 40 underscores and alphanumeric characters. It must ${rule}.`,
  )
}

/** An element that belongs to another type is refused in the platform's words, one that the playground lacks by name. */
function checkElements(element: XmlElement, type: string, takes: readonly string[]): void {
  const known = Object.values(BUILDERS).flatMap((builder) => builder?.takes ?? [])
  for (const { name, text } of element.children) {
    if (COMMON.includes(name) || takes.includes(name) || text.trim() === 'false') continue
    if (!known.includes(name)) throw new ComponentProblem(`playground: not implemented: ${name} of a CustomField`)
    throw new ComponentProblem(`Can not specify '${name}' for a CustomField of type ${type}`)
  }
}

function sourceOf(element: XmlElement, type: string): FieldSource {
  const whole = (name: string, least: number, most: number) => {
    const text = textOf(element, name)?.trim()
    if (text === undefined) throw new ComponentProblem(`Must specify '${name}' for a CustomField of type ${type}`)
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new ComponentProblem(`Value for ${name} must be between ${least} and ${most}: ${text}`)
  }
  return {
    name: stated(element, 'fullName'),
    label: stated(element, 'label'),
    required: isTrue(element, 'required'),
    externalId: isTrue(element, 'externalId'),
    unique: isTrue(element, 'unique'),
    caseSensitive: isTrue(element, 'caseSensitive'),
    defaultValue: () => literal(element, type),
    whole,
    referenceTo: () => mustState(element, 'referenceTo', type),
    relationshipName: () => textOf(element, 'relationshipName')?.trim() ?? null,
    only: (name, value) => {
      const text = textOf(element, name)?.trim() ?? value
      if (text !== value) throw new ComponentProblem(`playground: not implemented: ${name} ${text}`)
    },
    choices: () => picklistChoices(childOf(element, 'valueSet')),
  }
}

function mustState(element: XmlElement, name: string, type: string): string {
  const text = textOf(element, name)?.trim() ?? ''
  if (text === '') throw new ComponentProblem(`Must specify '${name}' for a CustomField of type ${type}`)
  return text
}

function isTrue(element: XmlElement, name: string): boolean {
  return childrenOf(element, name).some(({ text }) => text.trim() === 'true')
}

/** A default is a formula; the playground understands a text in quotes, a number and a truth value. */
function literal(element: XmlElement, type: string): FieldValue {
  const formula = textOf(element, 'defaultValue')?.trim()
  if (type === 'Checkbox') {
    if (formula === 'true' || formula === 'false') return formula === 'true'
    throw new ComponentProblem("Must specify 'defaultValue' for a CustomField of type Checkbox")
  }
  if (formula === undefined || formula === '') return null
  const quoted = /^(["'])([^"'\\]*)\1$/.exec(formula)
  if (quoted !== null) return quoted[2] ?? ''
  if (/^-?\d+(\.\d+)?$/.test(formula)) return Number(formula)
  throw new ComponentProblem(`playground: not implemented: a formula as default value: ${formula}`)
}
