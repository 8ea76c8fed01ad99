// What we ship with and under which terms: every package of the lockfile by licence. Ends with 1 where one is under none that we know, so
// that somebody looks before it is in. `npm run sbom` says the same for machines.
import { readFileSync } from 'node:fs'

/** Terms under which a package may be used by, and delivered with, a program that is not free itself; SPDX. */
const KNOWN = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'])
/** For what builds and tests only and is delivered to nobody. */
const KNOWN_FOR_DEVELOPMENT = new Set([...KNOWN, 'MPL-2.0'])

const [file = 'package-lock.json'] = process.argv.slice(2)
const { packages } = JSON.parse(readFileSync(file, 'utf8'))
const shipped = new Map()
const unknown = []
for (const [path, { version, license, dev }] of Object.entries(packages)) {
  if (path === '') continue
  const name = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`
  if (!isKnown(license, dev ? KNOWN_FOR_DEVELOPMENT : KNOWN)) unknown.push(`${name} (${license ?? 'no licence'})`)
  if (!dev) shipped.set(license, [...(shipped.get(license) ?? []), name])
}
for (const [license, names] of [...shipped].sort(([, a], [, b]) => b.length - a.length)) {
  console.log(`${license} (${names.length})`)
  for (const name of names.sort()) console.log(`  ${name}`)
}
if (unknown.length > 0) {
  console.error(`Under terms that nobody has looked at: ${unknown.join(', ')}`)
  process.exitCode = 1
}

/** One of several alternatives is enough. */
function isKnown(license = '', known) {
  return license
    .replace(/^\((.*)\)$/u, '$1')
    .split(' OR ')
    .some((each) => known.has(each))
}
