import { childrenOf, parseXml, textOf, type XmlElement } from '../soap/xml-element.js'
import { PackageFault } from './package-fault.js'

/** What a manifest (package.xml, destructiveChanges.xml) names, by type. */
export class Manifest {
  readonly #members: ReadonlyMap<string, ReadonlySet<string>>

  /** @throws PackageFault when it is no XML or no Package */
  constructor(fileName: string, xml: string) {
    const root = parsedFile(fileName, xml)
    if (root.name !== 'Package') throw new PackageFault(fileName, 'Error parsing file: the root is no Package')
    const members = new Map<string, Set<string>>()
    for (const types of childrenOf(root, 'types')) {
      const type = textOf(types, 'name')?.trim() ?? ''
      const names = childrenOf(types, 'members').map(({ text }) => text.trim())
      members.set(type, new Set([...(members.get(type) ?? []), ...names]))
    }
    this.#members = members
  }

  /** Whether a component is named, by itself or by `*`. */
  names(type: string, fullName: string): boolean {
    const members = this.#members.get(type)
    return members?.has(fullName) === true || members?.has('*') === true
  }

  /** Everything that is named, `*` left out. */
  *all(): Iterable<{ readonly type: string; readonly fullName: string }> {
    for (const [type, members] of this.#members) {
      for (const fullName of members) if (fullName !== '*') yield { type, fullName }
    }
  }
}

/** @throws PackageFault that names the file */
export function parsedFile(fileName: string, xml: string): XmlElement {
  try {
    return parseXml(xml.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new PackageFault(fileName, `Error parsing file: ${error instanceof Error ? error.message : 'no XML'}`)
  }
}
