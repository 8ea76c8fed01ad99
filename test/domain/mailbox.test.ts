import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseEmail, type NormalEmail } from '../../src/domain/email.js'
import { mailboxOf, mailboxPattern } from '../../src/domain/mailbox.js'

const normal = (text: string): NormalEmail => {
  const result = normaliseEmail(text)
  if (!result.ok) throw new Error(`${text}: ${result.problem}`)
  return result.email
}

describe('a mailbox', () => {
  test.each([
    ['Ada.Lovelace+Hack@GMail.com', 'adalovelace@googlemail.com'],
    ['ada+one@engines.example', 'ADA@engines.example'],
    ['Ada <ada@engines.example>', 'mailto:ada@engines.example.'],
    ['"ada"@engines.example', 'ada+x@engines.example'],
    ['a_d.a-l@proton.me', 'adal+y@protonmail.com'],
    ['ada@me.com', 'ada@icloud.com'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ａｄａ@engines.example', 'ada@engines.example'],
  ])('is the same under %s and %s', (one, other) => {
    expect(mailboxOf(normal(one))).toBe(mailboxOf(normal(other)))
    expect(normal(other)).toMatch(new RegExp(mailboxPattern(normal(one)), 'u'))
  })

  test.each([
    ['a.da@engines.example', 'ada@engines.example'],
    ['ada@engines.example', 'ada@engines.example.org'],
    ['ada@gmail.com', 'ada@icloud.com'],
    ['a-da@gmail.com', 'ada@gmail.com'],
    ['+ada@engines.example', 'ada@engines.example'],
  ])('is another one under %s and %s', (one, other) => {
    expect(mailboxOf(normal(one))).not.toBe(mailboxOf(normal(other)))
  })

  test('is found by its pattern whatever stands in the address', () => {
    const local = fc.stringMatching(/^[a-z0-9.!#$%&'*/=?^_`{|}~\\()[\]-]{1,12}$/u)
    fc.assert(
      fc.property(local, fc.constantFrom('gmail.com', 'proton.me', 'engines.example'), (name, domain) => {
        const result = normaliseEmail(`${name}@${domain}`)
        fc.pre(result.ok)
        const pattern = new RegExp(mailboxPattern(result.email), 'u')
        expect(mailboxOf(result.email)).toMatch(pattern)
        expect(mailboxOf(normal(mailboxOf(result.email)))).toBe(mailboxOf(result.email))
      }),
    )
  })
})
