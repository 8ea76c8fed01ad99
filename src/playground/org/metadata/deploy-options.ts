import { isObject } from '../json-body.js'
import { notImplemented } from '../org-error.js'
import { textOf, type XmlElement } from '../soap/xml-element.js'

/** What a deploy may ask for (DeployOptions of the Metadata API); what is absent is false. */
export interface DeployOptions {
  readonly allowMissingFiles: boolean
  readonly autoUpdatePackage: boolean
  /** Check, and change nothing. */
  readonly checkOnly: boolean
  readonly ignoreWarnings: boolean
  readonly performRetrieve: boolean
  readonly purgeOnDelete: boolean
  /** One component that fails takes all others back; otherwise they are deployed without it. */
  readonly rollbackOnError: boolean
  /** package.xml lies at the root of the zip. */
  readonly singlePackage: boolean
}

const FLAGS = [
  'allowMissingFiles',
  'autoUpdatePackage',
  'checkOnly',
  'ignoreWarnings',
  'performRetrieve',
  'purgeOnDelete',
  'rollbackOnError',
  'singlePackage',
] as const

/** Which tests to run needs no answer: an org without Apex has none. Throws OrgError 501 for a retrieve. */
function options(given: (name: string) => boolean): DeployOptions {
  if (given('performRetrieve')) throw notImplemented('performRetrieve of a deploy')
  return Object.fromEntries(FLAGS.map((name) => [name, given(name)])) as Record<(typeof FLAGS)[number], boolean>
}

/** From JSON: true, or the text `true`. */
export function optionsFromJson(json: unknown): DeployOptions {
  const stated = isObject(json) ? json : {}
  return options((name) => stated[name] === true || stated[name] === 'true')
}

/** From a SOAP call. */
export function optionsFromXml(element: XmlElement | undefined): DeployOptions {
  return options((name) => ['true', '1'].includes(textOf(element, name)?.trim() ?? ''))
}
