import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { databaseOf, isMongoUri, withDatabase } from '../../src/mongo/found-databases.js'
import { adminSteps } from '../../src/render/set-up.js'
import { certificateOf, makePrivateKey } from '../../src/salesforce/key-pair.js'

describe('a connection string', () => {
  // Without authSource the driver logs in at the database of the path, or at admin: a user stays where they are known.
  test.each([
    ['mongodb://h:1', 'mongodb://h:1/new'],
    ['mongodb://h:1/old?w=1', 'mongodb://h:1/new?w=1'],
    ['mongodb://u:p@h,g:2', 'mongodb://u:p@h,g:2/new?authSource=admin'],
    ['mongodb://u:p@h/?w=1', 'mongodb://u:p@h/new?w=1&authSource=admin'],
    ['mongodb+srv://u:p@h/old', 'mongodb+srv://u:p@h/new?authSource=old'],
    ['mongodb://u:p@h/old?authSource=us', 'mongodb://u:p@h/new?authSource=us'],
    ['mongodb://u:p@h/new', 'mongodb://u:p@h/new'],
  ])('%s leads to another database as %s', (uri, other) => {
    expect(withDatabase(uri, 'new')).toBe(other)
    expect(databaseOf(other)).toBe('new')
  })

  test.each([
    ['mongodb://h:1,g:2/d', true, false],
    ['mongodb+srv://u:p@h/d', true, true],
    ['mongodb://u@h:1', true, false],
    ['https://h', false, false],
    ['mongodb://', false, false],
  ])('%s is one: %s, with a password: %s', (uri, isOne, hasPassword) => {
    expect(isMongoUri(uri)).toEqual({ isOne, hasPassword })
  })
})

describe('a key pair', () => {
  test('is RSA of 2,048 bits, and its certificate is good for two years', async () => {
    const pem = await makePrivateKey()
    const key = createPrivateKey(pem)
    const certificate = new X509Certificate(await certificateOf(pem, new Date('2026-11-30T12:00:00Z')))
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2_048)
    expect(certificate.checkPrivateKey(key) && certificate.verify(certificate.publicKey)).toBe(true)
    expect(new Date(certificate.validTo)).toEqual(new Date('2028-11-29T12:00:00Z'))
  })
})

describe('the steps for the admin', () => {
  test.each(['jwt', 'client-credentials', 'web', 'password'])('of %s fit 80 columns', (login) => {
    const lines = adminSteps(login, { path: '/home/ada/mh-sf.crt', key: '/home/ada/k.key' }).join('\n').split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.join(' ')).toContain('External Client App')
  })
})
