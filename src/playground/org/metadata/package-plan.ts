import { isDeepStrictEqual } from 'node:util'
import type { Dml } from '../dml.js'
import type { FieldDef, ObjectDef } from '../schema.js'
import { textOf, type XmlElement } from '../soap/xml-element.js'
import type { Store } from '../store.js'
import { ComponentProblem } from './component-problem.js'
import { type ComponentName, type ComponentResult, failed, succeeded, warned } from './component-result.js'
import { customField } from './custom-field.js'
import type { FieldIds } from './field-ids.js'
import { Manifest, parsedFile } from './manifest.js'
import type { PackageFiles } from './package-files.js'
import { permissionSet } from './permission-set.js'
import { savePermissionSet } from './permission-set-rows.js'
import { removeField } from './remove-field.js'

/** What a deploy works on. */
export interface MetadataTarget {
  readonly store: Store
  readonly dml: Dml
  readonly fieldIds: FieldIds
  /** Who deploys. */
  readonly userId: string
}

/** One component with what is to be done for it; nothing for one that failed or needs nothing. */
export interface Step {
  readonly result: ComponentResult
  readonly apply?: () => void
}

/** Objects of the playground that take custom fields. */
const CUSTOMIZABLE = ['Account', 'Campaign', 'CampaignMember', 'Contact', 'Lead', 'User']
/** Children of an object file that are components of their own, which the playground lacks. */
const LACKING_CHILDREN = [
  'businessProcesses',
  'compactLayouts',
  'fieldSets',
  'indexes',
  'listViews',
  'recordTypes',
  'sharingReasons',
  'validationRules',
  'webLinks',
]

/** Checks a whole package against the org and changes nothing: every component with its problem or its change. */
export class PackagePlan {
  readonly steps: Step[] = []
  readonly #target: MetadataTarget
  readonly #package: PackageFiles
  readonly #named = new Set<string>()
  /** Fields as they will be, by `Contact.key__c` in lower case; undefined for one that will be gone. */
  readonly #fields = new Map<string, FieldDef | undefined>()

  constructor(target: MetadataTarget, files: PackageFiles, options: { readonly allowMissingFiles: boolean }) {
    this.#target = target
    this.#package = files
    const manifest = this.#manifest('package.xml')
    if (manifest === undefined) {
      this.steps.push({ result: failed(this.#name('', 'package.xml', 'package.xml'), 'No package.xml found') })
      return
    }
    for (const fileName of ['destructiveChangesPre.xml', 'destructiveChanges.xml']) this.#removals(fileName)
    this.#objects(manifest)
    this.#permissionSets(manifest)
    this.#others()
    if (!options.allowMissingFiles) this.#missing(manifest)
    this.#removals('destructiveChangesPost.xml')
  }

  #name(componentType: string, fullName: string, path: string): ComponentName {
    return { componentType, fullName, fileName: this.#package.root + path }
  }

  #manifest(path: string): Manifest | undefined {
    const text = this.#package.files.get(path)
    if (text === undefined) return undefined
    const manifest = new Manifest(this.#package.root + path, text)
    this.steps.push({ result: succeeded(this.#name('', path, path), { changed: true }) })
    return manifest
  }

  #paths(pattern: RegExp): { readonly path: string; readonly name: string; readonly text: string }[] {
    return [...this.#package.files].flatMap(([path, text]) => {
      const name = pattern.exec(path)?.[1]
      return name === undefined || text === undefined ? [] : [{ path, name, text }]
    })
  }

  /** Plans one component; what it throws is its problem. */
  #component(name: ComponentName, plan: () => Step): void {
    this.#named.add(`${name.componentType} ${name.fullName}`)
    try {
      this.steps.push(plan())
    } catch (error) {
      if (!(error instanceof ComponentProblem)) throw error
      this.steps.push({ result: failed(name, error.message) })
    }
  }

  #objects(manifest: Manifest): void {
    for (const { path, name, text } of this.#paths(/^objects\/(\w+)\.object$/)) {
      const file = parsedFile(this.#package.root + path, text)
      const whole = manifest.names('CustomObject', name)
      const named = file.children.filter((child) => whole || manifest.names('CustomField', fullNameOf(name, child)))
      if (whole) this.#object(name, path)
      else if (named.length === 0) this.steps.push({ result: this.#unnamed('CustomObject', name, path) })
      for (const child of named) this.#objectChild(name, path, child)
    }
  }

  #object(name: string, path: string): void {
    const component = this.#name('CustomObject', name, path)
    this.#component(component, () => {
      this.#customizable(name)
      return { result: succeeded(component, {}) }
    })
  }

  #objectChild(object: string, path: string, child: XmlElement): void {
    const fullName = fullNameOf(object, child)
    if (child.name === 'fields') {
      const name = this.#name('CustomField', fullName, path)
      this.#component(name, () => this.#field(name, this.#customizable(object), child))
    } else if (LACKING_CHILDREN.includes(child.name)) {
      const name = this.#name(child.name, fullName, path)
      this.#component(name, () => {
        throw new ComponentProblem(`playground: not implemented: ${child.name} of an object`)
      })
    }
  }

  #customizable(object: string): ObjectDef {
    const def = this.#target.store.object(object)
    if (def !== undefined && CUSTOMIZABLE.includes(def.name)) return def
    const custom = object.endsWith('__c') || def !== undefined
    throw new ComponentProblem(
      custom ? `playground: not implemented: custom fields of ${object}` : `Entity of type '${object}' cannot be found`,
    )
  }

  #field(name: ComponentName, def: ObjectDef, element: XmlElement): Step {
    const { store, fieldIds } = this.#target
    const deployed = customField(element)
    checkReference(store, deployed)
    const before = this.#find(def, deployed.name)
    // What everyone sees already stays so.
    const field = { ...deployed, secured: deployed.secured && before?.secured !== false }
    const done = { id: fieldIds.of(`${def.name}.${field.name}`) }
    this.#fields.set(key(def, field.name), field)
    if (before === undefined) {
      const apply = () => {
        store.define(def.name, [field])
      }
      return { result: succeeded(name, { ...done, created: true, changed: true }), apply }
    }
    checkChange(store, def, before, field)
    if (isDeepStrictEqual(before, field)) return { result: succeeded(name, done) }
    const apply = () => {
      store.redefine(def.name, field)
    }
    return { result: succeeded(name, { ...done, changed: true }), apply }
  }

  /** A field as it will be. */
  #find(def: ObjectDef, name: string): FieldDef | undefined {
    const planned = key(def, name)
    return this.#fields.has(planned) ? this.#fields.get(planned) : def.field(name)
  }

  #permissionSets(manifest: Manifest): void {
    for (const { path, name: fullName, text } of this.#paths(/^permissionsets\/(\w+)\.permissionset$/)) {
      if (!manifest.names('PermissionSet', fullName)) {
        this.steps.push({ result: this.#unnamed('PermissionSet', fullName, path) })
        continue
      }
      const file = parsedFile(this.#package.root + path, text)
      const name = this.#name('PermissionSet', fullName, path)
      this.#component(name, () => {
        const { schema } = this.#target.store
        const set = permissionSet(fullName, file, schema, (def, field) => this.#find(def, field))
        const saved = savePermissionSet(this.#target, set)
        return { result: succeeded(name, saved.done), apply: saved.apply }
      })
    }
  }

  #others(): void {
    const known =
      /^(package\.xml|destructiveChanges(Pre|Post)?\.xml|objects\/\w+\.object|permissionsets\/\w+\.permissionset)$/
    for (const path of this.#package.files.keys()) {
      if (known.test(path)) continue
      const name = this.#name('', path, path)
      this.steps.push({ result: failed(name, `playground: not implemented: metadata of this kind: ${path}`) })
    }
  }

  #unnamed(componentType: string, fullName: string, path: string): ComponentResult {
    this.#named.add(`${componentType} ${fullName}`)
    return failed(this.#name(componentType, fullName, path), 'Not in package.xml')
  }

  #missing(manifest: Manifest): void {
    for (const { type, fullName } of manifest.all()) {
      if (this.#named.has(`${type} ${fullName}`)) continue
      const problem = `An object '${fullName}' of type ${type} was named in package.xml, but was not found in zipped directory`
      this.steps.push({ result: failed(this.#name(type, fullName, 'package.xml'), problem) })
    }
  }

  #removals(fileName: string): void {
    for (const { type, fullName } of this.#manifest(fileName)?.all() ?? []) {
      const name = this.#name(type, fullName, fileName)
      this.#component(name, () => this.#removal(name))
    }
  }

  #removal(name: ComponentName): Step {
    const { componentType, fullName } = name
    if (componentType !== 'CustomField') {
      throw new ComponentProblem(`playground: not implemented: destructive changes of type ${componentType}`)
    }
    const [object = '', fieldName = ''] = fullName.split('.')
    const def = this.#target.store.object(object)
    const field = def === undefined ? undefined : this.#find(def, fieldName)
    if (def === undefined || field === undefined) {
      return { result: warned(name, `No CustomField named: ${fullName} found`) }
    }
    if (!field.custom) throw new ComponentProblem(`Cannot delete the standard field ${fullName}`)
    this.#fields.set(key(def, field.name), undefined)
    const apply = () => {
      removeField(this.#target, def.name, field.name)
    }
    return { result: succeeded(name, { deleted: true, changed: true }), apply }
  }
}

function key(def: ObjectDef, field: string): string {
  return `${def.name}.${field}`.toLowerCase()
}

function fullNameOf(object: string, child: XmlElement): string {
  return `${object}.${textOf(child, 'fullName')?.trim() ?? ''}`
}

function checkReference(store: Store, field: FieldDef): void {
  const unknown = field.referenceTo.find((object) => store.object(object) === undefined)
  if (unknown === undefined) return
  throw new ComponentProblem(`referenceTo value of '${unknown}' does not resolve to a valid sObject type`)
}

/** What a field with data may become: not another type, and unique only if its values are. */
function checkChange(store: Store, def: ObjectDef, before: FieldDef, after: FieldDef): void {
  if (before.type !== after.type) {
    throw new ComponentProblem(`playground: not implemented: changing ${def.name}.${after.name} to another type`)
  }
  if (!after.unique || before.unique) return
  const seen = new Set<string>()
  for (const row of store.scan(def.name)) {
    const value = row[before.name]
    if (row.IsDeleted || value === null || value === undefined) continue
    const text = after.caseSensitive ? String(value) : String(value).toLowerCase()
    if (seen.has(text))
      throw new ComponentProblem(`${after.label}: the field has duplicate values and can not be made unique`)
    seen.add(text)
  }
}
