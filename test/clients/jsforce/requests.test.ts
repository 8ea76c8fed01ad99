import type { Connection } from 'jsforce'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunningOrg } from '../../playground/org/running-org.js'
import { connect } from './connected.js'

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start({ dailyApiRequests: 5000 })
  connection = await connect(running)
})

afterAll(() => running.org.close())

interface CompositeAnswer {
  readonly compositeResponse: readonly { readonly httpStatusCode: number; readonly body: unknown }[]
}

describe('jsforce sends a request of its own making', () => {
  it('by a path from the root, from the version or whole', async () => {
    for (const path of ['/limits', '/services/data/v66.0/limits', `${running.org.url}/services/data/v66.0/limits`]) {
      expect(await connection.request(path)).toHaveProperty('DailyApiRequests')
    }
    expect(await connection.request('/services/data')).toEqual(
      expect.arrayContaining([expect.objectContaining({ version: '66.0' })]),
    )
  })

  it('a composite, whose parts refer to each other', async () => {
    const compositeRequest = [
      {
        method: 'POST',
        url: '/services/data/v66.0/sobjects/Account',
        referenceId: 'firm',
        body: { Name: 'Composite Ltd' },
      },
      {
        method: 'POST',
        url: '/services/data/v66.0/sobjects/Contact',
        referenceId: 'person',
        body: { LastName: 'Part', AccountId: '@{firm.id}' },
      },
      {
        method: 'GET',
        url: '/services/data/v66.0/query?q=SELECT+Account.Name+FROM+Contact+WHERE+Id=%27@{person.id}%27',
        referenceId: 'read',
      },
    ]
    const answer = await connection.requestPost<CompositeAnswer>('/composite', { compositeRequest })
    expect(answer.compositeResponse.map(({ httpStatusCode }) => httpStatusCode)).toEqual([201, 201, 200])
    expect(answer.compositeResponse[2]?.body).toMatchObject({ records: [{ Account: { Name: 'Composite Ltd' } }] })
  })
})

describe('jsforce keeps the meter', () => {
  it('from the header of every answer, and from limits()', async () => {
    await connection.query('SELECT Id FROM Account')
    const used = connection.limitInfo.apiUsage?.used ?? 0
    expect(connection.limitInfo.apiUsage).toEqual({ used, limit: 5000 })
    const { DailyApiRequests } = await connection.limits()
    expect(DailyApiRequests).toEqual({ Max: 5000, Remaining: 5000 - used - 1 })
  })

  it('and is refused when the allowance is spent', async () => {
    running.org.settings.usedElsewhere = 5000
    await expect(connection.query('SELECT Id FROM Account')).rejects.toMatchObject({
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
    })
    running.org.settings.usedElsewhere = 0
  })
})

describe('what the playground lacks tells jsforce so by name', () => {
  const refused: Readonly<Record<string, () => PromiseLike<unknown>>> = {
    search: () => connection.search('FIND {x} IN ALL FIELDS RETURNING Contact(Id)'),
    recent: () => connection.recent(),
    tabs: () => connection.tabs(),
    theme: () => connection.theme(),
    quickActions: () => connection.quickActions(),
    'tooling API': () => connection.tooling.query('SELECT Id FROM ApexClass'),
    'analytics reports': () => connection.analytics.reports(),
    'Apex REST': () => connection.apex.get('/mine'),
  }
  it.each(Object.keys(refused))('%s', async (name) => {
    await expect(refused[name]?.()).rejects.toMatchObject({
      errorCode: 'NOT_IMPLEMENTED',
      message: expect.stringContaining('playground: not implemented') as string,
    })
  })
})
