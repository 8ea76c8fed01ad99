import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { MhError } from '../../src/errors.js'
import { isDeeperThan } from '../../src/json.js'
import { readCsv } from '../../src/salesforce/csv-reply.js'
import { exportRows } from '../../src/salesforce/export.js'
import { queryLists } from '../../src/salesforce/query.js'
import { soql } from '../../src/salesforce/soql.js'
import { impatientClock } from '../support/an-org.js'
import { aWickedOrg, listener, sendJson, TOKEN, type Answer } from '../support/wicked-org.js'

const anything = { method: 'GET', path: '/limits' } as const
const asked = { values: ['ana@example.com'], statement: () => soql`SELECT Id FROM Contact` }
const MEGABYTE = 1024 * 1024

async function failureOf(work: Promise<unknown>): Promise<MhError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MhError) return error
  throw new Error('it did not fail as it should', { cause: error })
}

/** An answer of a composite with one query in it. */
function page(body: object): object {
  return { compositeResponse: [{ referenceId: 'q0', httpStatusCode: 200, body }] }
}

describe('the token', () => {
  test.each([301, 302, 303, 307, 308])('is not sent after a redirect (%i)', async (status) => {
    await using elsewhere = await listener((_, response) => response.end('{}'))
    await using at = await aWickedOrg({
      answer: (_, response) => response.writeHead(status, { location: `${elsewhere.url}/services/data/` }).end(),
    })
    for (const send of [
      () => at.org.json(anything, z.unknown()),
      () => at.org.json({ method: 'POST', path: '/composite', body: {} }, z.unknown()),
      () => at.org.stream('/jobs/query/1/results', 'text/csv', () => Promise.resolve()),
      () => at.org.uploadCsv('/jobs/ingest/1/batches', () => Promise.resolve(new Blob(['Id']))),
      () => at.org.soap((token) => token),
    ])
      expect(await failureOf(send())).toMatchObject({ code: 'SF_HOST_REFUSED' })
    expect(elsewhere.asked).toEqual([])
  })

  test('does not go where a login says the org is, unless that is an org', async () => {
    await using elsewhere = await listener((_, response) => response.end('[]'))
    for (const instance_url of ['https://evil.example', 'http://169.254.169.254', `${elsewhere.url}@evil.example`]) {
      await using at = await aWickedOrg({ answer: (_, response) => response.end(), token: () => ({ instance_url }) })
      expect(await failureOf(at.org.session())).toMatchObject({ code: 'SF_HOST_REFUSED' })
      expect(at.wicked.tokens).toEqual([])
    }
    expect(elsewhere.asked).toEqual([])
  })

  test('stays at the org when the next page is said to be elsewhere', async () => {
    await using elsewhere = await listener((_, response) => response.end('{}'))
    const next = (nextRecordsUrl: string) => page({ totalSize: 2, done: false, nextRecordsUrl, records: [{ Id: 'a' }] })
    for (const link of [
      `${elsewhere.url}/services/data/v66.0/query/01g-1`,
      `//${new URL(elsewhere.url).host}/services/x`,
    ]) {
      await using at = await aWickedOrg({
        answer: (_, response) => {
          const isFirst = at.wicked.asked.filter((each) => each.includes('/composite')).length === 1
          sendJson(response, isFirst ? next(link) : page({ totalSize: 2, done: true, records: [{ Id: 'b' }] }))
        },
      })
      expect((await queryLists(at.org, [asked])).rows).toMatchObject([[{ Id: 'a' }, { Id: 'b' }]])
    }
    expect(elsewhere.asked).toEqual([])
    await using at = await aWickedOrg({
      answer: (_, response) => {
        sendJson(response, next('/admin/users'))
      },
    })
    expect(await failureOf(queryLists(at.org, [asked]))).toMatchObject({ code: 'SF_HOST_REFUSED' })
  })

  test('stays at the org when a job says that its results are elsewhere', async () => {
    await using elsewhere = await listener((_, response) => response.end('{}'))
    const evil = {
      'sforce-locator': `${elsewhere.url}/services/`,
      location: elsewhere.url,
      'sforce-numberofrecords': '1',
    }
    await using at = await aWickedOrg({
      answer: (request, response) => {
        if (request.method === 'POST') sendJson(response, { id: '../../../elsewhere', state: 'UploadComplete' }, evil)
        else if (request.url?.includes('/results')) {
          const isLast = request.url.includes('locator=')
          response.writeHead(200, { ...evil, ...(isLast ? { 'sforce-locator': 'null' } : {}) }).end('Id\na\n')
        } else sendJson(response, { id: 'x', state: 'JobComplete', contentUrl: elsewhere.url }, evil)
      },
    })
    const rows: unknown[] = []
    await exportRows(at.org, soql`SELECT Id FROM Contact`, impatientClock(), (row) => rows.push(row.Id))
    expect(rows).toEqual(['a', 'a'])
    expect(elsewhere.asked).toEqual([])
    // The id of a job is one piece of a path, whatever it is.
    expect(at.wicked.asked.filter((each) => each.startsWith('GET'))).toEqual(
      expect.arrayContaining([expect.stringContaining('/jobs/query/..%2F..%2F..%2Felsewhere')]) as unknown,
    )
    expect(new Set(at.wicked.tokens)).toEqual(new Set([`Bearer ${TOKEN}`]))
  })
})

/** Writes what `piece` gives until the reader hangs up; resolves with the bytes that were written by then. */
function endless(response: ServerResponse, piece: Buffer): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0
    const more = () => {
      while (response.writable) {
        bytes += piece.length
        if (!response.write(piece)) return
      }
    }
    response.on('drain', more)
    response.on('close', () => {
      resolve(bytes)
    })
    more()
  })
}

describe('a reply is bounded', () => {
  test('in its length: the rest of an endless body is not read', async () => {
    const written: Promise<number>[] = []
    const opened = Buffer.from('{"a":"')
    await using at = await aWickedOrg({
      answer: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write(opened)
        written.push(endless(response, Buffer.alloc(MEGABYTE, 'a')))
      },
    })
    const before = process.memoryUsage().rss
    expect(await failureOf(at.org.json(anything, z.unknown()))).toMatchObject({ code: 'SF_REPLY_NOT_UNDERSTOOD' })
    // Once: sent again it would be the same.
    expect(written).toHaveLength(1)
    expect(await written[0]).toBeLessThan(100 * MEGABYTE)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MEGABYTE)
  })

  test('in its length when it is unpacked: a bomb of gzip', async () => {
    const bomb = gzipSync(Buffer.alloc(70 * MEGABYTE))
    expect(bomb.length).toBeLessThan(MEGABYTE)
    await using at = await aWickedOrg({
      answer: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    })
    expect(await failureOf(at.org.json(anything, z.unknown()))).toMatchObject({ code: 'SF_REPLY_NOT_UNDERSTOOD' })
  })

  test('in what it says of an error', async () => {
    const written: Promise<number>[] = []
    await using at = await aWickedOrg({
      answer: (_, response) => {
        response.writeHead(400)
        written.push(endless(response, Buffer.alloc(MEGABYTE, '[')))
      },
    })
    expect(await failureOf(at.org.json(anything, z.unknown()))).toMatchObject({ code: 'SF_REFUSED_REQUEST' })
    expect(await written[0]).toBeLessThan(20 * MEGABYTE)
  })

  test('in its depth, before anything walks over it', async () => {
    const deep = (brackets: number) => `${'['.repeat(brackets)}${']'.repeat(brackets)}`
    expect([isDeeperThan(100, deep(100)), isDeeperThan(100, deep(101))]).toEqual([false, true])
    expect(isDeeperThan(2, JSON.stringify({ text: '[[[[{{{{ \\" [[[', list: [1] }))).toBe(false)
    await using at = await aWickedOrg({
      answer: (_, response) => response.end(`{"compositeResponse":${deep(200_000)}}`),
    })
    expect(await failureOf(queryLists(at.org, [asked]))).toMatchObject({ code: 'SF_REPLY_NOT_UNDERSTOOD' })
  })

  test.each<[string, Answer]>([
    ['shorter than it was said to be', (_, response) => response.writeHead(200, { 'content-length': '999' }).end('{}')],
    [
      'cut in the middle',
      (_, response) => {
        response.writeHead(200).write('{"a":')
        response.destroy()
      },
    ],
    ['no JSON', (_, response) => response.end('{"a":')],
    ['a page', (_, response) => response.end('<html>ana@example.com</html>')],
    [
      'of other types',
      (_, response) => {
        sendJson(response, { compositeResponse: 'ana@example.com' })
      },
    ],
    ['another encoding', (_, response) => response.end(Buffer.from([0x22, 0xe9, 0x22]))],
    [
      'half of a packed one',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}').subarray(0, 9)),
    ],
    ['empty', (_, response) => response.end()],
  ])('and one that is %s is an error that tells nothing of it', async (_, answer) => {
    await using at = await aWickedOrg({
      answer: (request, response) => {
        response.shouldKeepAlive = false
        answer(request, response)
        setImmediate(() => response.socket?.destroySoon())
      },
    })
    const error = await failureOf(queryLists(at.org, [asked]))
    expect(['SF_REPLY_NOT_UNDERSTOOD', 'SF_UNREACHABLE']).toContain(error.code)
    expect(error.message + (error.hint ?? '')).not.toContain('ana@')
  })

  test('and what an error is called is a word of the platform, or is not told', async () => {
    for (const errorCode of ['ANA ana@example.com', '\u001b]52;c;YQ==\u0007', 'X'.repeat(10_000), '__proto__']) {
      await using at = await aWickedOrg({
        answer: (_, response) => response.writeHead(400).end(JSON.stringify([{ errorCode, message: 'ana' }])),
      })
      expect((await failureOf(at.org.json(anything, z.unknown()))).message).toMatch(/ \(UNKNOWN\)\.$/u)
    }
  })
})

describe('CSV from the org', () => {
  async function read(bytes: Buffer | string) {
    const rows: Record<string, unknown>[] = []
    const body = new Blob([bytes]).stream()
    const reply = { headers: new Headers(), body }
    const { columns } = await readCsv(reply, (row) => rows.push({ ...row }))
    return { columns, rows }
  }

  test('brings every value as it was: formulas, quotes, delimiters, line ends, NUL', async () => {
    const values = [
      '=1+1',
      '@SUM(A1)',
      '-2',
      'say "hi"',
      'a,b;c\td',
      'a\nb',
      'a\r\nb',
      'a\u0000b',
      '\u202egnp',
      "'",
      '#N/A',
    ]
    const cells = values.map((value) => `"${value.replaceAll('"', '""')}"`).join()
    const { rows } = await read(`${values.map((_, at) => `F${at}`).join()}\n${cells}\n`)
    expect(Object.values(rows[0] ?? {})).toEqual(values)
  })

  test('is read with a byte order mark as without', async () => {
    expect(await read('\ufeffId,Name\n1,a\n')).toEqual(await read('Id,Name\n1,a\n'))
  })

  test('has columns that are only names', async () => {
    const { rows } = await read('__proto__,constructor,toString\na,b,c\n')
    expect(rows.map((row) => Object.entries(row))).toEqual([
      [
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['toString', 'c'],
      ],
    ])
    expect({}).not.toHaveProperty('a')
  })

  test.each([
    ['ends inside of a quote', 'Id\n"a'],
    ['has a row with more columns than names', 'Id\na,b\n'],
    ['is no UTF-8', Buffer.from([0x49, 0x64, 0x0a, 0xe9, 0x0a])],
    ['has a quote in the middle of a cell', 'Id\na"b\n'],
    ['never closes a quote', `Id\n"${'a'.repeat(17 * MEGABYTE)}`],
  ])('that %s is an error', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ failure: { kind: 'garbled' } })
  })
})
