import { unzipSync, type UnzipFileInfo } from 'fflate'
import { LimitExceeded, PackageFault } from './package-fault.js'

/** Of the Metadata Coverage of the public developer guide: 39 MB zipped, 400 MB unpacked, 10,000 files. */
const [MAX_ZIP, MAX_UNPACKED, MAX_FILES] = [39 * 1024 * 1024, 400 * 1024 * 1024, 10_000]

/** The files of one package by their path, `objects/Contact.object`; what is unpacked is text. */
export interface PackageFiles {
  /** In front of every path when names are told: `unpackaged/`, or nothing for a single package. */
  readonly root: string
  /** All of them. Only those that the playground reads have text; it is undefined for the others. */
  readonly files: ReadonlyMap<string, string | undefined>
}

/** What a deploy is made of; the rest of a package is named in results and not read. */
const READ = /(^|\/)(package\.xml|destructiveChanges(Pre|Post)?\.xml|[^/]*\.(object|permissionset))$/

/**
 * Unpacks a zip: `single` when package.xml lies at its root, else one package in each top directory.
 *
 * @throws LimitExceeded for more than the platform takes, PackageFault for what is no zip or leads out of it
 */
export function unpack(zip: Uint8Array, single: boolean): PackageFiles[] {
  if (zip.length > MAX_ZIP) throw new LimitExceeded(`Maximum size of a zip is ${MAX_ZIP} bytes`)
  const names: string[] = []
  const texts = inflated(zip, names)
  const roots = single ? [''] : [...new Set(names.map((name) => `${name.split('/')[0] ?? ''}/`))]
  return roots.map((root) => ({
    root,
    files: new Map(names.filter((name) => name.startsWith(root)).map((name) => [name.slice(root.length), texts[name]])),
  }))
}

function inflated(zip: Uint8Array, names: string[]): Record<string, string> {
  let size = 0
  const filter = (file: UnzipFileInfo): boolean => {
    if (file.name.endsWith('/')) return false
    checkPath(file.name)
    names.push(file.name)
    // What is inflated goes into a buffer of the size stated here, whatever the data would grow to.
    size += file.originalSize
    if (names.length > MAX_FILES) throw new LimitExceeded(`Too many files in zip. Limit: ${MAX_FILES}`)
    if (size > MAX_UNPACKED) throw new LimitExceeded(`Maximum size of an unpacked zip is ${MAX_UNPACKED} bytes`)
    return READ.test(file.name)
  }
  const entries = Object.entries(unzipped(zip, filter))
  return Object.fromEntries(entries.map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]))
}

function unzipped(zip: Uint8Array, filter: (file: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(zip, { filter })
  } catch (error) {
    if (error instanceof LimitExceeded || error instanceof PackageFault) throw error
    throw new PackageFault('package.xml', `the zip can not be read: ${error instanceof Error ? error.message : ''}`)
  }
}

function checkPath(name: string): void {
  const parts = name.split('/')
  const outside = parts.some((part) => part === '..' || part === '.' || part === '') || name.includes('\\')
  if (outside) throw new PackageFault(name, 'the path leads out of the package')
}
