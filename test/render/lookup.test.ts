import { describe, expect, test } from 'vitest'
import type { Match } from '../../src/domain/match.js'
import { authJson, authText, type AuthStatus } from '../../src/render/auth.js'
import { lookupJson, lookupText, refusedAddress } from '../../src/render/lookup.js'
import type { LookupResult } from '../../src/sync/lookup.js'
import { unwrapped, widthOf } from '../support/columns.js'
import { aContact, aLead, contactId, leadId } from '../support/people.js'
import { anAnswer } from '../support/results.js'

const INSTANCE = 'https://acme.my.salesforce.com'
const now = new Date('2026-05-04T08:00:01Z')

const resultOf = (answers: LookupResult['answers'], given: Partial<LookupResult> = {}): LookupResult => ({
  answers,
  cached: 0,
  calls: 1,
  missing: [],
  ...given,
})
const textOf = (...answers: LookupResult['answers']) => lookupText(resultOf(answers), INSTANCE, now)

const contact: Match = {
  kind: 'contact',
  contact: aContact({
    title: 'CTO',
    ownerName: 'Olu Ade',
    account: { id: '001000000000000AAA', name: 'Example Ltd', type: 'Customer', tier: 'Growth' },
  }),
  rule: 'primary contact',
  because: ['2 contacts have this address', 'this one was chosen: belongs to an account'],
  rejected: [{ object: 'Contact', id: contactId('B'), why: 'has no account' }],
}
const parked: Match = {
  kind: 'parked',
  cause: 'several contacts',
  contacts: [
    aContact({ id: contactId('A'), account: { id: '1', name: 'Example Ltd' } }),
    aContact({ id: contactId('B') }),
  ],
  because: ['2 contacts have this address', 'no criterion tells them apart'],
  rejected: [],
}
const nobody: Match = { kind: 'not_found', because: ['no contact and no lead has this address'], rejected: [] }

describe('a card', () => {
  test('says who it is, with account, tier, owner, campaigns, reasons, rejected records and the link', () => {
    const membership = {
      campaignId: '701000000000000AAA',
      campaignName: 'Spring',
      status: 'Attended',
      personId: contactId('C'),
    }
    const text = textOf(
      anAnswer({
        match: contact,
        memberships: [membership, { ...membership, campaignName: 'Autumn', status: undefined }],
      }),
    )
    expect(text.split('\n')).toEqual([
      `ana@example.com  is contact ${contactId('C')}`,
      '  Name        Ana Silva',
      '  Title       CTO',
      '  Account     Example Ltd (Customer)',
      '  Tier        growth',
      '  Owner       Olu Ade',
      '  Campaigns   Spring: Attended',
      '              Autumn',
      '  Because     2 contacts have this address',
      '              this one was chosen: belongs to an account',
      `  Not         Contact ${contactId('B')}: has no account`,
      `  Link        ${INSTANCE}/${contactId('C')}`,
    ])
  })

  test('of a lead has its company', () => {
    const lead: Match = { kind: 'lead', lead: aLead(), rule: 'lead', because: ['one open lead'], rejected: [] }
    const lines = textOf(anAnswer({ match: lead })).split('\n')
    expect(lines[0]).toBe(`ana@example.com  is lead ${leadId('L')}`)
    expect(lines).toContain('  Company     Example Ltd')
  })

  test('of somebody who is parked names each one it could be', () => {
    const lines = textOf(anAnswer({ match: parked })).split('\n')
    expect(lines[0]).toBe('ana@example.com  could be 2 contacts: a person has to decide')
    expect(lines).toContain(`  Candidates  ${contactId('A')}  Ana Silva, Example Ltd`)
    expect(lines).toContain(`              ${contactId('B')}  Ana Silva`)
    expect(lines.join('\n')).not.toContain('Link')
  })

  test('of nobody gives the account of the domain as a hint only', () => {
    const hint = { id: '001000000000000AAA', name: 'Example Ltd' }
    const text = textOf(anAnswer({ match: nobody, accountHint: hint }))
    expect(text).toContain('ana@example.com  is not in Salesforce')
    expect(text).toContain('  Perhaps     Example Ltd (001000000000000AAA): its website is this domain')
    expect(textOf(anAnswer({ match: nobody }))).not.toContain('Perhaps')
  })

  test.each([
    ['2026-05-04T08:00:04Z', undefined],
    ['2026-05-04T08:00:42Z', 'Asked 42 s ago (--refresh asks the org again)'],
    ['2026-05-04T08:14:59Z', 'Asked 14 min ago (--refresh asks the org again)'],
  ])('asked at 08:00:00 and shown at %s says %s', (shownAt, told) => {
    const text = unwrapped(lookupText(resultOf([anAnswer()]), INSTANCE, new Date(shownAt)))
    if (told === undefined) expect(text).not.toContain('Asked')
    else expect(text).toContain(told)
  })

  test('fits 80 columns when names are long, and cannot rewrite the screen', () => {
    const long = aContact({
      name: 'Maximilian von und zu Hohenlohe-Langenburg '.repeat(4),
      title: '花子 山田 太郎 '.repeat(20),
      ownerName: 'Olu\u001b[2J\u202eAde',
      account: { id: '001000000000000AAA', name: 'Example and Sons and Daughters Limited '.repeat(3) },
    })
    const text = textOf(anAnswer({ match: { ...contact, contact: long } }))
    expect(widthOf(text)).toBeLessThanOrEqual(80)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(text).toContain('Olu[2JAde')
  })
})

describe('more than three answers', () => {
  const answers = [
    anAnswer({ email: 'a@example.com', match: contact }),
    anAnswer({ email: 'b@example.com', match: parked }),
    anAnswer({ email: 'c@example.com', match: nobody }),
    anAnswer({ email: 'd@example.com', match: contact }),
  ]

  test('are a line each, and a count', () => {
    const lines = textOf(...answers).split('\n')
    expect(lines[0]?.trim().split(/\s+/u)).toEqual(['a@example.com', 'contact', contactId('C'), 'Ana', 'Silva'])
    expect(lines[1]?.trim().split(/\s+/u)).toEqual(['b@example.com', 'parked', contactId('A')])
    expect(lines[3]?.trim()).toBe('c@example.com                   not found')
    expect(lines.at(-1)).toBe('2 of 4 addresses found')
    expect(widthOf(lines.join('\n'))).toBeLessThanOrEqual(80)
  })

  test('are cards while they are three', () => {
    expect(textOf(...answers.slice(0, 3))).toContain('Because')
  })
})

describe('what was saved', () => {
  test('is told with only what happened', () => {
    const saved = { written: 2, unchanged: 1, moved: 0, failed: 0, noParticipant: 0 }
    const last = (given: Partial<typeof saved>) =>
      lookupText(resultOf([anAnswer()], { saved: { ...saved, ...given } }), INSTANCE, now)
        .split('\n')
        .at(-1)
    expect(last({})).toBe('Saved: 2 written, 1 unchanged')
    expect(last({ moved: 1, failed: 3, noParticipant: 4 })).toBe(
      'Saved: 2 written, 1 unchanged, 1 changed meanwhile, 3 failed, 4 no participant of the platform',
    )
  })
})

describe('answers for a program', () => {
  test('have the same shape whatever the outcome', () => {
    const answers = [contact, parked, nobody].map((match) => anAnswer({ match }))
    const { answers: json } = lookupJson(resultOf(answers), INSTANCE) as { answers: object[] }
    expect(new Set(json.map((answer) => Object.keys(answer).sort().join())).size).toBe(1)
    expect(json).toMatchObject([
      { outcome: 'contact', id: contactId('C'), link: `${INSTANCE}/${contactId('C')}`, tier: 'growth', candidates: [] },
      { outcome: 'parked', id: null, link: null, candidates: [contactId('A'), contactId('B')] },
      { outcome: 'not_found', id: null, contact: null, lead: null, accountHint: null },
    ])
  })
})

describe('an address that cannot be asked for', () => {
  test('is told masked, without what could rewrite the screen', () => {
    expect(refusedAddress('ana.silva@example', 'not a domain after the @')).toBe(
      '"a…@example" is not an address: not a domain after the @',
    )
    expect(refusedAddress('\u001b[2J', 'no single @')).toBe('"…" is not an address: no single @')
  })
})

describe('a session', () => {
  const session = {
    accessToken: '00D000000000001!canary',
    instanceUrl: INSTANCE,
    orgId: '00D000000000001AAA',
    userId: '005000000000001AAA',
    username: 'ana@example.com',
    loginUrl: 'https://login.salesforce.com',
    flow: 'jwt' as const,
    apiVersion: '66.0',
    issuedAt: '2026-05-04T08:00:00.000Z',
  }
  const status: AuthStatus = {
    session,
    path: '/home/ana/sessions/x.json',
    store: { asked: 'auto', used: 'file' },
    allowance: { used: 1_000, max: 15_000 },
  }

  test('is shown with its user, org, login and what is left of the day', () => {
    const lines = authText(status).split('\n')
    expect(lines).toContain('  User      ana@example.com')
    expect(lines).toContain(`  Org       00D000000000001AAA at ${INSTANCE}`)
    expect(lines).toContain('  Left      14,000 of 15,000 API calls in 24 hours')
    expect(lines.at(-1)).toBe('  Session   /home/ana/sessions/x.json')
    expect(authText({ ...status, allowance: undefined })).not.toContain('Left')
  })

  test('never shows its token, to a person or to a program', () => {
    expect(`${authText(status)}${JSON.stringify(authJson(status))}`).not.toContain('canary')
  })
})
