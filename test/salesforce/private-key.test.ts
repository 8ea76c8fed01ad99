import { describe, expect, test } from 'vitest'
import { keyRightsFix } from '../../src/salesforce/private-key.js'

const ADA = 1_000

describe('the rights of a private key', () => {
  test.each([
    ['a key of one’s own', 0o600, ADA, ADA, undefined],
    ['one that is only read', 0o400, ADA, ADA, undefined],
    ['one that everybody may read', 0o644, ADA, ADA, 'chmod 600 /k'],
    ['one that everybody may write', 0o666, ADA, ADA, 'chmod 600 /k'],
    ['one of ours that a group may read', 0o640, ADA, ADA, 'chmod 600 /k'],
    ['a secret that Kubernetes mounts for a group', 0o440, 0, ADA, undefined],
    ['one of root that its group may read and root may write', 0o640, 0, ADA, undefined],
    ['a secret that is mounted for everybody', 0o444, 0, ADA, 'chmod 440 /k'],
    ['one of root that its group may write', 0o660, 0, ADA, 'chmod 440 /k'],
    ['one that everybody may read, of root, to root', 0o644, 0, 0, 'chmod 600 /k'],
  ])('of %s', (_, mode, uid, self, fix) => {
    expect(keyRightsFix('/k', { mode, uid }, self)).toBe(fix)
  })
})
