import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
interface Locked {
  version: string
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
}
const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
const manifest = read('package.json') as Manifest
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }
const locked = Object.entries(packages).filter(([path]) => path !== '')

const licences = (file: string) => execa(process.execPath, ['scripts/licences.js', file], { cwd: ROOT, reject: false })

describe('what we depend on', () => {
  test('is one version, by its hash, from whichever registry it comes', () => {
    const named = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(named.filter((version) => !/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$/u.test(version))).toEqual([])
    expect(locked.filter(([, { integrity }]) => !/^sha512-/u.test(integrity ?? '')).map(([path]) => path)).toEqual([])
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
  })

  test('runs nothing when it is installed: whoever would is denied by name', () => {
    const names = locked
      .filter(([, each]) => each.hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//u, ''))
    expect(manifest.allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])))
  })

  test('is under terms that somebody has looked at, and a new one is told', async () => {
    const ours = await licences('package-lock.json')
    expect(ours).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ours.stdout).toContain(`jsforce@${packages['node_modules/jsforce']?.version ?? ''}`)
    const directory = mkdtempSync(join(tmpdir(), 'mh-sf-lock-'))
    const file = join(directory, 'package-lock.json')
    for (const license of ['GPL-3.0-only', 'SEE LICENSE IN LICENSE', undefined]) {
      writeFileSync(file, JSON.stringify({ packages: { 'node_modules/odd': { version: '1.0.0', license } } }))
      expect(await licences(file)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('odd@1.0.0') as unknown,
      })
    }
    rmSync(directory, { recursive: true })
  })

  test('is listed for machines by npm run sbom', () => {
    expect((read('package.json') as { scripts: Record<string, string> }).scripts.sbom).toMatch(/^npm sbom .*cyclonedx/u)
  })
})
