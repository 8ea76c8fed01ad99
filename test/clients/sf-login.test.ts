import { delimiter, dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { User } from '../support/cli.js'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'
import { SfCli } from './sf-cli.js'

/** As in sf.test.ts. */
const binary = process.env.MH_SF_TEST_SF_CLI
const PRIYA = 'priya.ramanathan@example.com'

let world: World
let sf: SfCli
let user: User

describe.skipIf(binary === undefined)('a login of the Salesforce CLI', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    world = await aWorld()
    sf = new SfCli(binary ?? '')
    await world.user.run('auth', 'login')
    const login = ['org', 'login', 'access-token', '--instance-url', world.org.url, '--no-prompt', '--alias', 'play']
    const token = crmUser(world.user).accessToken ?? ''
    expect(await sf.json(login, { SF_ACCESS_TOKEN: token })).toMatchObject({ status: 0 })
    const { PATH = '', ...environment } = sf.environment()
    user = world.another({ ...environment, PATH: [dirname(binary ?? ''), PATH].join(delimiter) })
  })

  afterAll(async () => {
    sf.close()
    await world.close()
  })

  it('is adopted by its alias, and commands use it by the name that it has here', async () => {
    const { stdout, exitCode } = await user.run('auth', 'login', '--from-sf', 'play', '--alias', 'jam')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('login of the Salesforce CLI')
    const looked = await user.run('lookup', PRIYA, '--target-org', 'jam', '--json')
    expect(JSON.parse(looked.stdout)).toMatchObject({ answers: [{ outcome: 'contact', id: '0035d0000000002AAA' }] })
  })

  it('that there is not is said to be missing', async () => {
    const { stderr, exitCode } = await user.run('auth', 'login', '--from-sf', 'elsewhere')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('it has no login elsewhere')
    expect(stderr).toContain('`sf org list` shows those that it has.')
  })
})
