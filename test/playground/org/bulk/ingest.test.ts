import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR, linesOf, NOW, recordsOf, startBulkOrg } from './bulk-org.js'
import type { BulkOrg } from './bulk-org.js'
import { defaultBulkSettings } from '../../../../src/playground/org/bulk/settings.js'

let bulk: BulkOrg
beforeAll(async () => {
  bulk = await startBulkOrg({ bulkShuffleSeed: null })
})
afterAll(() => bulk.close())
afterEach(() => {
  Object.assign(bulk.org.settings, defaultBulkSettings(), { bulkShuffleSeed: null })
})

const byKey = (key: string) => bulk.contacts().find((row) => row['Key__c'] === key)

describe('a new ingest job', () => {
  test('is Open and tells where to put the data, without a leading slash', async () => {
    const info = await bulk.json('POST', '/ingest', { object: 'contact', operation: 'insert', lineEnding: 'CRLF' })
    expect(info).toEqual({
      id: expect.stringMatching(/^750\w{15}$/) as string,
      operation: 'insert',
      object: 'Contact',
      createdById: bulk.org.userId,
      createdDate: '2026-05-06T10:30:00.000+0000',
      systemModstamp: '2026-05-06T10:30:00.000+0000',
      state: 'Open',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 66,
      contentUrl: `services/data/v66.0/jobs/ingest/${String(info['id'])}/batches`,
      lineEnding: 'CRLF',
      columnDelimiter: 'COMMA',
    })
    expect(await bulk.json('GET', `/ingest/${String(info['id'])}`)).not.toHaveProperty('numberRecordsProcessed')
  })

  test.each([
    ['an unknown object', { object: 'Nope' }, 400, 'INVALIDJOB'],
    ['an unknown operation', { operation: 'INSERT' }, 400, 'INVALIDJOB'],
    ['an upsert without a key', { operation: 'upsert' }, 400, 'INVALIDJOB'],
    ['an upsert by a field that is no key', { operation: 'upsert', externalIdFieldName: 'Phone' }, 400, 'INVALIDJOB'],
    ['a delimiter nobody has', { columnDelimiter: 'SPACE' }, 400, 'INVALIDJOB'],
    ['a field nobody knows', { colour: 'red' }, 400, 'JSON_PARSER_ERROR'],
    ['a hard delete without the right', { operation: 'hardDelete' }, 400, 'FEATURENOTENABLED'],
    ['an assignment rule', { assignmentRuleId: '01Q000000000001' }, 501, 'NOT_IMPLEMENTED'],
  ])('is refused for %s', async (_what, definition, status, code) => {
    const refusal = await bulk.refusal('POST', '/ingest', { object: 'Contact', operation: 'insert', ...definition })
    expect(refusal).toMatchObject({ status, code })
  })

  test('says by name which key does not fit', async () => {
    const body = { object: 'Contact', operation: 'upsert', externalIdFieldName: 'Phone' }
    expect((await bulk.refusal('POST', '/ingest', body)).message).toBe(
      'InvalidJob : Field name provided, Phone does not match an External ID, Salesforce Id, or indexed field for Contact',
    )
  })

  test('is not there before v41, nor are query jobs before v47', async () => {
    const status = async (path: string) => (await bulk.call('GET', `/services/data/${path}`)).status
    expect([await status('v40.0/jobs/ingest'), await status('v41.0/jobs/ingest')]).toEqual([404, 200])
    expect([await status('v46.0/jobs/query'), await status('v47.0/jobs/query')]).toEqual([404, 200])
  })
})

describe('a job made with its data in one request', () => {
  const boundary = 'BOUNDARY'
  const part = (name: string, type: string, body: string, file = '') =>
    `--${boundary}\r\nContent-Type: ${type}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${body}\r\n`
  const job = (definition: object = {}) =>
    part('job', 'application/json', JSON.stringify({ object: 'Contact', operation: 'insert', ...definition }))
  const content = (csv: string) => part('content', 'text/csv', csv, '; filename="content"')
  const headers = { 'Content-Type': `multipart/form-data; boundary="${boundary}"` }
  const body = (...parts: string[]) => Buffer.from(`${parts.join('')}--${boundary}--\r\n`)

  test('goes straight to UploadComplete and is worked on', async () => {
    const reply = await bulk.call('POST', '/ingest', body(job(), content('LastName,Key__c\nMulti,part-1\n')), headers)
    expect(reply.status).toBe(200)
    const { id, state } = (await reply.json()) as { id: string; state: string }
    expect(state).toBe('UploadComplete')
    expect((await bulk.results(id)).info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1 })
    expect(byKey('part-1')).toMatchObject({ LastName: 'Multi' })
    expect(await bulk.refusal('PUT', `/ingest/${id}/batches`, 'LastName\nMore\n')).toMatchObject({
      code: 'INVALIDJOBSTATE',
    })
  })

  test.each([
    ['a bad definition', () => body(job({ operation: 'nothing' }), content('LastName\nX\n')), 400, 'INVALIDJOB'],
    ['no data', () => body(job()), 400, 'JSON_PARSER_ERROR'],
    ['no definition', () => body(content('LastName\nX\n')), 400, 'JSON_PARSER_ERROR'],
    ['a body that is no multipart', () => Buffer.from('LastName\nX\n'), 400, 'INVALID_MULTIPART_REQUEST'],
    [
      'more than 100,000 characters of data',
      () => body(job(), content(`LastName\n${'X'.repeat(100_000)}\n`)),
      413,
      'EXCEEDED_MAX_SIZE_REQUEST',
    ],
  ])('is refused for %s', async (_, sent, status, code) => {
    const reply = await bulk.call('POST', '/ingest', sent(), headers)
    expect(reply.status).toBe(status)
    expect(await reply.json()).toMatchObject([{ errorCode: code }])
  })
})

describe('rows', () => {
  test('are inserted with what their cells say: empty is left out, #N/A is null, booleans and dates in all forms', async () => {
    bulk.org.load('Account', [{ Name: 'Acme' }])
    const [account] = bulk.org.store.scan('Account')
    const id = await bulk.ingest(
      {},
      'LastName,FirstName,Key__c,Email,Birthdate,AccountId,IsDeleted\n'.replace(',IsDeleted', '') +
        `"O""Hara, ""Bob""",#N/A,i1,BOB@x.org,1990-01-02,${account?.Id.slice(0, 15) ?? ''}\n` +
        'Müller,,i2,,,\n',
    )
    const { info, successful, failed, unprocessed } = await bulk.results(id)
    expect(info).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Ingest',
      numberRecordsProcessed: 2,
      numberRecordsFailed: 0,
    })
    expect(byKey('i1')).toMatchObject({
      LastName: 'O"Hara, "Bob"',
      FirstName: null,
      Birthdate: '1990-01-02',
      AccountId: account?.Id,
    })
    expect(byKey('i2')).toMatchObject({ LastName: 'Müller', Email: null })
    expect(linesOf(successful)).toEqual([
      '"sf__Id","sf__Created",LastName,FirstName,Key__c,Email,Birthdate,AccountId',
      `"${byKey('i1')?.Id ?? ''}","true","O""Hara, ""Bob""","#N/A","i1","BOB@x.org","1990-01-02","${account?.Id.slice(0, 15) ?? ''}"`,
      `"${byKey('i2')?.Id ?? ''}","true","Müller","","i2","","",""`,
    ])
    expect(failed).toBe('"sf__Id","sf__Error",LastName,FirstName,Key__c,Email,Birthdate,AccountId\n')
    expect(unprocessed).toBe('LastName,FirstName,Key__c,Email,Birthdate,AccountId\n')
  })

  test('fail alone: the job is JobComplete and tells why in the platform’s form', async () => {
    const id = await bulk.ingest({}, 'LastName,Email\nGood,good@x.org\n,nobody@x.org\nBad,bad@@x\n')
    const { info, failed } = await bulk.results(id)
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 3, numberRecordsFailed: 2 })
    expect(linesOf(failed).slice(1)).toEqual([
      '"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","","nobody@x.org"',
      '"","INVALID_EMAIL_ADDRESS:Email: invalid email address: bad@@x:Email --","Bad","bad@@x"',
    ])
  })

  test('that all fail still complete the job', async () => {
    const { info } = await bulk.results(await bulk.ingest({}, 'FirstName\nA\nB\n'))
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 2 })
    expect(info).not.toHaveProperty('errorMessage')
  })

  test('are updated by Id; created is false, a row without Id fails', async () => {
    bulk.org.load('Contact', [{ LastName: 'Old', Key__c: 'u1', FirstName: 'Keep', Title: 'Dr' }])
    const id = await bulk.ingest(
      { operation: 'update' },
      `Id,LastName,FirstName,Title\n${byKey('u1')?.Id ?? ''},New,,#N/A\n,x,,\n003bad,y,,\n`,
    )
    const { successful, failed } = await bulk.results(id)
    expect(byKey('u1')).toMatchObject({ LastName: 'New', FirstName: 'Keep', Title: null })
    expect(recordsOf(successful)).toMatchObject([{ sf__Id: byKey('u1')?.Id, sf__Created: 'false' }])
    expect(recordsOf(failed).map(({ sf__Error: error }) => error?.split(':')[0])).toEqual([
      'MISSING_ARGUMENT',
      'MALFORMED_ID',
    ])
  })

  test('are upserted by external id; a repeated key within 200 rows fails each of them, apart the later wins', async () => {
    bulk.org.load('Contact', [{ LastName: 'Old', Key__c: 'k-old' }])
    const fill = Array.from({ length: 200 }, (_, i) => `fill${i},Fill\n`).join('')
    const id = await bulk.ingest(
      { operation: 'upsert', externalIdFieldName: 'key__c' },
      `Key__c,LastName\nK-OLD,Changed\ntwin,A\nTWIN,B\nlate,First\n${fill}late,Second\n`,
    )
    const { successful, failed } = await bulk.results(id)
    expect(byKey('k-old')?.['LastName']).toBe('Changed')
    expect(byKey('late')?.['LastName']).toBe('Second')
    const created = recordsOf(successful).map(({ Key__c: key, sf__Created: made }) => `${key ?? ''} ${made ?? ''}`)
    expect(created).toEqual(expect.arrayContaining(['K-OLD false', 'late true', 'late false']))
    expect(recordsOf(failed).map(({ sf__Error: error }) => error)).toEqual([
      'DUPLICATE_VALUE:Duplicate external id specified: twin:Key__c --',
      'DUPLICATE_VALUE:Duplicate external id specified: TWIN:Key__c --',
    ])
  })

  test('name a parent by its key; no match and several fail the row', async () => {
    bulk.org.load('Contact', [
      { LastName: 'Boss', Key__c: 'boss', Email: 'boss@x.org' },
      { LastName: 'A', Email: 'twin@x.org' },
      { LastName: 'B', Email: 'twin@x.org' },
    ])
    const id = await bulk.ingest({}, 'LastName,Key__c,ReportsTo.Key__c\nMinion,p1,BOSS\nLost,p2,nobody\nFree,p3,\n')
    const { failed } = await bulk.results(id)
    expect(byKey('p1')?.['ReportsToId']).toBe(byKey('boss')?.Id)
    expect(byKey('p3')?.['ReportsToId'] ?? null).toBeNull()
    expect(recordsOf(failed)[0]?.['sf__Error']).toBe(
      'INVALID_FIELD:Foreign key external ID: nobody not found for field Key__c in entity Contact:--',
    )
    const twice = await bulk.ingest({}, 'LastName,ReportsTo.Email\nMinion,twin@x.org\n')
    expect((await bulk.results(twice)).info).toMatchObject({ numberRecordsFailed: 1 })
  })

  test('name a parent of several kinds only with its kind', async () => {
    const lead = (column: string) => `LastName,Company,${column}\nL,Acme,sync@example.org\n`
    const typed = await bulk.results(await bulk.ingest({ object: 'Lead' }, lead('User:Owner.Username')))
    expect(typed.info).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 0 })
    const untyped = await bulk.results(await bulk.ingest({ object: 'Lead' }, lead('Owner.Username')))
    expect(untyped.info).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : InvalidBatch : Field name not found : Owner.Username',
    })
  })

  test('are deleted softly, and for good only with the right', async () => {
    bulk.org.load('Contact', [
      { LastName: 'Soft', Key__c: 'd1' },
      { LastName: 'Hard', Key__c: 'd2' },
    ])
    await bulk.results(await bulk.ingest({ operation: 'delete' }, `Id\n${byKey('d1')?.Id ?? ''}\n`))
    expect(byKey('d1')?.IsDeleted).toBe(true)
    bulk.org.settings.bulkHardDelete = true
    await bulk.results(await bulk.ingest({ operation: 'hardDelete' }, `Id\n${byKey('d2')?.Id ?? ''}\n`))
    expect(byKey('d2')).toBeUndefined()
  })

  test('in a currency column come back as the platform prints large numbers', async () => {
    const { successful } = await bulk.results(
      await bulk.ingest({ object: 'Account' }, 'Name,AnnualRevenue\nBig,912260031\nSmall,12.5\n'),
    )
    expect(recordsOf(successful).map(({ AnnualRevenue: revenue }) => revenue)).toEqual(['9.12260031E8', '12.5'])
  })

  describe('that lose a lock', () => {
    const csv = `LastName\n${Array.from({ length: 500 }, (_, i) => `Row${i}\n`).join('')}`

    test('fail when they are not too many, the same ones for the same seed', async () => {
      bulk.org.settings.lockedRowShare = 0.1
      const { info, failed } = await bulk.results(await bulk.ingest({}, csv))
      expect(info).toMatchObject({ state: 'JobComplete', retries: 0 })
      expect(Number(info['numberRecordsFailed'])).toBeGreaterThan(20)
      expect(recordsOf(failed)[0]?.['sf__Error']).toMatch(
        /^UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 200 records: .*:--$/,
      )
    })

    test('are tried again when more than a hundred of a batch do, and each row is saved once', async () => {
      bulk.org.settings.lockedRowShare = 0.5
      const before = bulk.contacts().length
      const { info, successful } = await bulk.results(await bulk.ingest({}, csv))
      expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 500 })
      expect(Number(info['retries'])).toBeGreaterThan(0)
      expect(Number(info['numberRecordsFailed'])).toBeLessThanOrEqual(100)
      const saved = 500 - Number(info['numberRecordsFailed'])
      expect(linesOf(successful)).toHaveLength(saved + 1)
      expect(bulk.contacts()).toHaveLength(before + saved)
    })

    test('are not tried again for a job that asked for no retries', async () => {
      bulk.org.settings.lockedRowShare = 0.5
      const definition = { object: 'Contact', operation: 'insert' }
      const reply = await bulk.call('POST', '/ingest', definition, { 'Sforce-Disable-Batch-Retry': 'TRUE' })
      const { id } = (await reply.json()) as { id: string }
      await bulk.call('PUT', `/ingest/${id}/batches`, csv)
      await bulk.json('PATCH', `/ingest/${id}`, { state: 'UploadComplete' })
      const { info } = await bulk.results(id)
      expect(info).toMatchObject({ state: 'JobComplete', retries: 0 })
      expect(Number(info['numberRecordsFailed'])).toBeGreaterThan(100)
    })

    test('again and again end the job Failed after twenty retries', async () => {
      bulk.org.settings.lockedRowShare = 1
      const { info, failed } = await bulk.results(await bulk.ingest({}, csv))
      expect(info).toMatchObject({
        state: 'Failed',
        retries: 20,
        errorMessage: expect.stringMatching(/^TooManyLockFailure : /) as string,
      })
      expect(linesOf(failed)).toHaveLength(501)
    })
  })
})

describe('the data', () => {
  test('may be gzipped, with another delimiter and CRLF, which the results then have too', async () => {
    const csv = gzipSync('LastName|Title\r\nPiped|"a|b"\r\n')
    const id = await bulk.ingest({ columnDelimiter: 'PIPE', lineEnding: 'CRLF' }, csv, { 'Content-Encoding': 'gzip' })
    const { successful } = await bulk.results(id)
    expect(linesOf(successful, '\r\n').map((line) => line.replace(/"003\w+"/, 'ID'))).toEqual([
      '"sf__Id"|"sf__Created"|LastName|Title',
      'ID|"true"|"Piped"|"a|b"',
    ])
  })

  test.each([
    [
      'LF',
      'LastName\r\nX\r\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    [
      'CRLF',
      'LastName\nX\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF',
    ],
    [
      'LF',
      'LastName,Title\nX,"two\r\nlines"\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    ['LF', '\uFEFFLastName\nX\n', 'InvalidBatch : Field name not found : \uFEFFLastName'],
    ['LF', 'LastName,Foo__c\nX,1\n', 'InvalidBatch : InvalidBatch : Field name not found : Foo__c'],
    ['LF', 'LastName,DoNotCall\nX,1\n', 'InvalidBatch : InvalidBatch : Field name not found : DoNotCall'],
    ['LF', 'LastName,MailingAddress\nX,1\n', 'InvalidBatch : InvalidBatch : Field name not found : MailingAddress'],
    ['LF', 'LastName,Account.Name\nX,1\n', 'InvalidBatch : InvalidBatch : Field name not found : Account.Name'],
    ['LF', 'LastName,LastName\nX,1\n', 'InvalidBatch : Duplicate field name : LastName'],
    ['LF', 'LastName,Title\nX\n', 'ClientInputError : CSV can not be read after record 0: 1 values for 2 columns'],
    [
      'LF',
      'LastName,Title\nX, "y"\n',
      'ClientInputError : CSV can not be read after record 0: a quote inside an unquoted value',
    ],
    [
      'LF',
      'LastName,Title\nX,"y" \n',
      'ClientInputError : CSV can not be read after record 0: characters after a closing quote',
    ],
    [
      'LF',
      'LastName,Title\nX,"y\n',
      'ClientInputError : CSV can not be read after record 0: a quoted value that does not end',
    ],
  ])('fails the whole %s job, and all of it is unprocessed: %j', async (lineEnding, csv, errorMessage) => {
    const before = bulk.contacts().length
    const { info, unprocessed, successful } = await bulk.results(await bulk.ingest({ lineEnding }, csv))
    expect(info).toMatchObject({ state: 'Failed', errorMessage, numberRecordsProcessed: 0 })
    expect(bulk.contacts()).toHaveLength(before)
    expect(unprocessed).toBe(csv)
    expect(successful.trimEnd().split(/\r?\n/)).toHaveLength(1)
  })

  test.each([
    ['update', 'LastName\nX\n', 'Id'],
    ['delete', 'Id,LastName\n003000000000001,X\n', 'LastName'],
    ['upsert', 'LastName\nX\n', 'Key__c'],
  ])('of an %s needs its key, and a delete nothing else', async (operation, csv, column) => {
    const definition = operation === 'upsert' ? { operation, externalIdFieldName: 'Key__c' } : { operation }
    const { info } = await bulk.results(await bulk.ingest(definition, csv))
    expect(info).toMatchObject({ state: 'Failed', errorMessage: `InvalidBatch : Field name not found : ${column}` })
  })

  test('that breaks in its second batch leaves the first one done and gives the rest back', async () => {
    const row = (i: number) => `Batch${i}\n`
    const rows = Array.from({ length: 10_003 }, (_, i) => row(i))
    const { info, successful, unprocessed } = await bulk.results(
      await bulk.ingest({}, `LastName\n${rows.join('')}"never ends\n`),
    )
    expect(info).toMatchObject({ state: 'Failed', numberRecordsProcessed: 10_000, numberRecordsFailed: 0 })
    expect(linesOf(successful)).toHaveLength(10_001)
    expect(unprocessed).toBe(`LastName\n${row(10_000)}${row(10_001)}${row(10_002)}"never ends\n`)
  })

  test.each([
    ['', '"sf__Id","sf__Created"\n'],
    ['LastName\n', '"sf__Id","sf__Created",LastName\n'],
  ])('may have no rows: %j completes with none', async (csv, successful) => {
    const results = await bulk.results(await bulk.ingest({}, csv))
    expect(results.info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0 })
    expect(results.successful).toBe(successful)
  })

  test.each([
    ['header row is longer than 32000', `LastName,${'x'.repeat(32_000)}\nX,1\n`],
    ['more than 5000 columns', `${'N,'.repeat(5_000)}N\nX\n`],
    ['a value of more than 131072', `LastName,Description\nX,${'x'.repeat(131_073)}\n`],
    ['a record of more than 400000', `LastName,Title,Phone,Fax\n${Array(4).fill('x'.repeat(110_000)).join(',')}\n`],
  ])('of too large a size fails the job: %s', async (reason, csv) => {
    const { info } = await bulk.results(await bulk.ingest({}, csv))
    expect(info).toMatchObject({ state: 'Failed', errorMessage: expect.stringContaining(reason) as string })
    expect(info).toMatchObject({ errorMessage: expect.stringMatching(/^ClientInputError : /) as string })
  })

  test('may be 100 MB and not more', async () => {
    const { id } = await bulk.json('POST', '/ingest', { object: 'Contact', operation: 'insert' })
    const tooMuch = gzipSync(Buffer.alloc(100_000_001, 'x'), { level: 1 })
    const reply = await bulk.call('PUT', `/ingest/${String(id)}/batches`, tooMuch, { 'Content-Encoding': 'gzip' })
    expect(reply.status).toBe(413)
    expect(await bulk.json('GET', `/ingest/${String(id)}`)).toMatchObject({ state: 'Open' })
  })

  test('is put once, as CSV, by the version that made the job', async () => {
    const { id } = await bulk.json('POST', '/ingest', { object: 'Contact', operation: 'insert' })
    const path = `/ingest/${String(id)}/batches`
    expect(await bulk.refusal('PUT', path, { no: 'csv' })).toMatchObject({ status: 415 })
    expect(await bulk.refusal('PUT', `/services/data/v65.0/jobs${path}`, 'LastName\n')).toMatchObject({ status: 409 })
    expect((await bulk.call('PUT', path, 'LastName\nOnce\n')).status).toBe(201)
    expect(await bulk.refusal('PUT', path, 'LastName\nTwice\n')).toMatchObject({ status: 400, code: 'INVALIDJOBSTATE' })
  })
})

describe('results', () => {
  test('come in another order than the rows, and sometimes with moved columns, but each job always alike', async () => {
    bulk.org.settings.bulkShuffleSeed = 5
    const names = Array.from({ length: 50 }, (_, i) => `Shuffled${String(i).padStart(2, '0')}`)
    const csv = `LastName,FirstName,Title\n${names.map((name) => `${name},f,t\n`).join('')}`
    const headers = new Set<string>()
    for (let job = 0; job < 6; job++) {
      const id = await bulk.ingest({}, csv)
      const { successful } = await bulk.results(id)
      const found = recordsOf(successful).map(({ LastName: name }) => name)
      expect(found).not.toEqual(names)
      expect(found.toSorted()).toEqual(names)
      expect(await bulk.raw(`/ingest/${id}/successfulResults`)).toBe(successful)
      headers.add(linesOf(successful)[0] ?? '')
    }
    expect(headers.size).toBeGreaterThan(1)
    expect([...headers].every((header) => header.startsWith('"sf__Id","sf__Created",'))).toBe(true)
  })

  test('and records have what was uploaded in any script, quoted or not, rows longer than a write among them', async () => {
    bulk.org.settings.bulkShuffleSeed = null
    const long = 'ß'.repeat(31_999)
    const csv = `LastName,Title,Description\nŁukasiewicz,"say ""né"" 🎈",${long}\nPlain,,"${long},"\nShort,a,b\n`
    const { successful } = await bulk.results(await bulk.ingest({}, csv))
    expect(linesOf(successful).map((line) => line.replace(/^"\w{18}",/, ''))).toEqual([
      '"sf__Id","sf__Created",LastName,Title,Description',
      `"true","Łukasiewicz","say ""né"" 🎈","${long}"`,
      `"true","Plain","","${long},"`,
      '"true","Short","a","b"',
    ])
    const named = [...bulk.org.store.scan('Contact')].slice(-3)
    expect(named.map(({ LastName, Title, Description }) => [LastName, Title, Description])).toEqual([
      ['Łukasiewicz', 'say "né" 🎈', long],
      ['Plain', null, `${long},`],
      ['Short', 'a', 'b'],
    ])
  })

  test('say U+FFFD for bytes that are no UTF-8', async () => {
    const csv = Buffer.from([...Buffer.from('LastName\nJos'), 0xe9, ...Buffer.from('\n')])
    const { id } = await bulk.json('POST', '/ingest', { object: 'Contact', operation: 'insert' })
    await bulk.call('PUT', `/ingest/${String(id)}/batches`, csv)
    await bulk.json('PATCH', `/ingest/${String(id)}`, { state: 'UploadComplete' })
    const { successful } = await bulk.results(String(id))
    expect(linesOf(successful)[1]).toMatch(/,"Jos\uFFFD"$/)
  })

  test('keep the very bytes of the header', async () => {
    const { failed } = await bulk.results(await bulk.ingest({}, '"LastName",email\nX,\n'))
    expect(failed).toBe('"sf__Id","sf__Error","LastName",email\n')
  })
})

describe('the life of a job', () => {
  test('follows the clock: it waits, works batch by batch, and completes', async () => {
    Object.assign(bulk.org.settings, { bulkQueueMs: 1_000, bulkProcessingMs: 500 })
    const csv = `LastName\n${'Clocked\n'.repeat(20_001)}`
    const id = await bulk.ingest({}, csv)
    const at = async (ms: number) => {
      bulk.clock.now = closed + ms
      const { state, numberRecordsProcessed } = await bulk.json('GET', `/ingest/${id}`)
      return [state, numberRecordsProcessed]
    }
    const closed = bulk.clock.now
    expect(await at(999)).toEqual(['UploadComplete', 0])
    expect(await at(1_000)).toEqual(['InProgress', 0])
    expect(await at(1_500)).toEqual(['InProgress', 10_000])
    expect(await at(2_499)).toEqual(['InProgress', 20_000])
    expect(await at(2_500)).toEqual(['JobComplete', 20_001])
    expect(await bulk.json('GET', `/ingest/${id}`)).toMatchObject({ totalProcessingTime: 1_500 })
  })

  test('aborted in the middle keeps what was done and gives back the rest', async () => {
    Object.assign(bulk.org.settings, { bulkQueueMs: 0, bulkProcessingMs: 500 })
    const rows = Array.from({ length: 10_002 }, (_, i) => `Aborted${i}\n`)
    const id = await bulk.ingest({}, `LastName\n${rows.join('')}`)
    bulk.clock.now += 500
    expect(await bulk.json('PATCH', `/ingest/${id}`, { state: 'Aborted' })).toMatchObject({ state: 'Aborted' })
    bulk.clock.now += HOUR
    const { info, successful, unprocessed } = await bulk.results(id)
    expect(info).toMatchObject({ state: 'Aborted', numberRecordsProcessed: 10_000 })
    expect(linesOf(successful)).toHaveLength(10_001)
    expect(unprocessed).toBe(`LastName\n${rows.slice(10_000).join('')}`)
  })

  test('refuses moves it does not know', async () => {
    const done = await bulk.ingest({}, 'LastName\nDone\n')
    expect(await bulk.refusal('PATCH', `/ingest/${done}`, { state: 'Aborted' })).toEqual({
      status: 400,
      code: 'INVALIDJOBSTATE',
      message: 'Aborting already Completed Job not allowed',
    })
    expect(await bulk.refusal('PATCH', `/ingest/${done}`, { state: 'UploadComplete' })).toMatchObject({
      code: 'INVALIDJOBSTATE',
    })
    expect(await bulk.refusal('PATCH', `/ingest/${done}`, { state: 'InProgress' })).toMatchObject({
      code: 'INVALIDJOB',
    })
    expect(await bulk.refusal('PUT', `/ingest/${done}/batches`, 'LastName\n')).toMatchObject({
      code: 'INVALIDJOBSTATE',
    })
    const { id: open } = await bulk.json('POST', '/ingest', { object: 'Contact', operation: 'insert' })
    expect(await bulk.refusal('DELETE', `/ingest/${String(open)}`)).toEqual({
      status: 400,
      code: 'API_ERROR',
      message: 'Error encountered when deleting the job because the job is not terminated',
    })
  })

  test('ends with a DELETE, seven days after completion, or a day open', async () => {
    const deleted = await bulk.ingest({}, 'LastName\nX\n')
    await bulk.json('GET', `/ingest/${deleted}`)
    expect((await bulk.call('DELETE', `/ingest/${deleted}`)).status).toBe(204)
    expect(await bulk.refusal('GET', `/ingest/${deleted}`)).toEqual({
      status: 404,
      code: 'NOT_FOUND',
      message: 'The requested resource does not exist',
    })
    const kept = await bulk.ingest({}, 'LastName\nX\n')
    await bulk.json('GET', `/ingest/${kept}`)
    const { id: open } = await bulk.json('POST', '/ingest', { object: 'Contact', operation: 'insert' })
    const made = bulk.clock.now
    const status = async (id: string, ms: number) => {
      bulk.clock.now = made + ms
      return (await bulk.call('GET', `/ingest/${id}`)).status
    }
    expect(await status(String(open), DAY - 1)).toBe(200)
    expect(await status(String(open), DAY)).toBe(404)
    expect(await status(kept, 7 * DAY - 1)).toBe(200)
    expect(await status(kept, 7 * DAY)).toBe(404)
  })
})

describe('the list of jobs', () => {
  test('has them all, of one kind only, and says that it is done', async () => {
    const id = await bulk.ingest({}, 'LastName\nListed\n')
    const list = await bulk.json('GET', '/ingest')
    expect(list).toMatchObject({ done: true, nextRecordsUrl: null })
    expect((list['records'] as { id: string }[]).map((job) => job.id)).toContain(id)
    expect(await bulk.json('GET', '/ingest?jobType=Classic')).toMatchObject({ records: [] })
    expect(await bulk.json('GET', '/ingest?isPkChunkingEnabled=true')).toMatchObject({ records: [] })
  })
})

describe('the allowance', () => {
  test('of batches refuses a new job when it is used up, and gives back the rows of a job it ends', async () => {
    const other = await startBulkOrg({ bulkDailyBatches: 1, bulkShuffleSeed: null })
    try {
      const rows = 'Allowed\n'.repeat(10_001)
      const { info, unprocessed } = await other.results(await other.ingest({}, `LastName\n${rows}`))
      expect(info).toMatchObject({ state: 'Failed', numberRecordsProcessed: 10_000 })
      expect(unprocessed).toBe('LastName\nAllowed\n')
      const body = { object: 'Contact', operation: 'insert' }
      expect(await other.refusal('POST', '/ingest', body)).toMatchObject({ status: 400, code: 'EXCEEDEDQUOTA' })
      other.clock.now = NOW + DAY
      expect(await other.json('POST', '/ingest', body)).toMatchObject({ state: 'Open' })
    } finally {
      await other.close()
    }
  })

  test('of rows ends the job Failed, with what is over it unprocessed', async () => {
    bulk.org.settings.bulkDailyRows = 0
    const { info, unprocessed } = await bulk.results(await bulk.ingest({}, 'LastName\nOver\n'))
    expect(info).toMatchObject({ state: 'Failed', numberRecordsProcessed: 0 })
    expect(unprocessed).toBe('LastName\nOver\n')
  })
})
