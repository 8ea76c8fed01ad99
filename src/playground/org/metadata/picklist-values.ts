import type { PicklistValue } from '../schema.js'
import { childOf, childrenOf, textOf, type XmlElement } from '../soap/xml-element.js'
import { ComponentProblem } from './component-problem.js'

/** The values of a picklist. */
export interface Choices {
  readonly values: readonly PicklistValue[]
  readonly restrictedPicklist: boolean
  readonly defaultValue: string | null
}

/** Reads a `valueSet` with values of its own. Throws ComponentProblem. */
export function picklistChoices(valueSet: XmlElement | undefined): Choices {
  if (valueSet === undefined) throw new ComponentProblem("Must specify 'valueSet' for a CustomField of type Picklist")
  for (const lacking of ['valueSetName', 'controllingField', 'valueSettings']) {
    if (childOf(valueSet, lacking) !== undefined) throw new ComponentProblem(`playground: not implemented: ${lacking}`)
  }
  const values = childrenOf(childOf(valueSet, 'valueSetDefinition'), 'value').map(choice)
  const twice = values.find(({ value }, at) => values.findIndex((other) => other.value === value) !== at)
  if (twice !== undefined) throw new ComponentProblem(`Duplicate picklist value: ${twice.value}`)
  return {
    values,
    restrictedPicklist: textOf(valueSet, 'restricted')?.trim() === 'true',
    defaultValue: values.find(({ defaultValue }) => defaultValue)?.value ?? null,
  }
}

function choice(element: XmlElement): PicklistValue {
  const value = textOf(element, 'fullName')?.trim() ?? ''
  if (value === '') throw new ComponentProblem('Required field is missing: fullName')
  return {
    value,
    label: textOf(element, 'label')?.trim() ?? value,
    active: textOf(element, 'isActive')?.trim() !== 'false',
    defaultValue: textOf(element, 'default')?.trim() === 'true',
  }
}
