import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'
import { SfCli } from './sf-cli.js'

/** As in sf.test.ts. */
const binary = process.env.MH_SF_TEST_SF_CLI
const ORG = ['--target-org', 'play']
const USED = {
  enrichment: { ownKeyField: 'MongoHacks_Id__c' },
  leads: { ownKeyField: 'MongoHacks_Id__c' },
  campaign: { externalIdField: 'MongoHacks_Id__c' },
}

let world: World
let sf: SfCli

describe.skipIf(binary === undefined)('what `schema export` wrote', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    world = await aWorld()
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), JSON.stringify(USED))
    sf = new SfCli(binary ?? '')
    const login = ['org', 'login', 'access-token', '--instance-url', world.org.url, '--no-prompt', '--alias', 'play']
    await ours('auth', 'login')
    expect(await sf.json(login, { SF_ACCESS_TOKEN: crmUser(world.user).accessToken ?? '' })).toMatchObject({
      status: 0,
    })
  })

  afterAll(async () => {
    sf.close()
    await world.close()
  })

  const ours = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await world.user.run(...args)
    expect(stderr).toBe('')
    return { stdout, exitCode }
  }
  const lacking = async () => {
    const { stdout } = await ours('schema', 'check', '--json')
    const { fields } = JSON.parse(stdout) as { fields: { state: string }[] }
    return fields.filter(({ state }) => state === 'missing').length
  }

  it('is a source tree that the Salesforce CLI finds nothing wrong with', async () => {
    await ours('schema', 'export', '--out', join(sf.home, 'tree'))
    const deploy = ['project', 'deploy', 'start', ...ORG, '--source-dir', 'force-app', '--dry-run', '--wait', '1']
    expect(await sf.json(deploy, {}, 'tree')).toMatchObject({ status: 0, result: { success: true, checkOnly: true } })
  })

  it('is a zip that the Salesforce CLI deploys and assigns; then the org has all that the settings can use', async () => {
    expect(await lacking()).toBeGreaterThan(0)
    await ours('schema', 'export', '--format', 'metadata', '--out', join(sf.home, 'org.zip'))
    const zip = ['--metadata-dir', 'org.zip', '--single-package', '--wait', '1']
    expect(await sf.json(['project', 'deploy', 'start', ...ORG, ...zip])).toMatchObject({
      status: 0,
      result: { status: 'Succeeded', numberComponentErrors: 0 },
    })
    expect(await sf.json(['org', 'assign', 'permset', ...ORG, '--name', 'MongoHacks_Sync'])).toMatchObject({
      status: 0,
    })
    expect(await lacking()).toBe(0)
  })
})
