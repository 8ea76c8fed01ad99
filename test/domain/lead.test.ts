import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseEmail, type NormalEmail } from '../../src/domain/email.js'
import { companyOf, draftLead, leadProblems, splitName, type CreatableField } from '../../src/domain/lead.js'

const email = (text: string): NormalEmail => {
  const address = normaliseEmail(text)
  if (!address.ok) throw new Error(address.problem)
  return address.email
}
const ADA = email('ada@engines.example')

describe('a name', () => {
  test.each([
    ['Ada Lovelace', 'Ada', 'Lovelace'],
    ['  Ada   King  Lovelace ', 'Ada King', 'Lovelace'],
    ['Madonna', '', 'Madonna'],
    ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
    ['Vincent Van Gogh', 'Vincent', 'Van Gogh'],
    ['Maria de la Cruz', 'Maria', 'de la Cruz'],
    ['Osama bin Laden', 'Osama', 'bin Laden'],
    ['Van Morrison', 'Van', 'Morrison'],
    ['Nguyen Le Minh', 'Nguyen Le', 'Minh'],
    ['Kim Le', 'Kim', 'Le'],
    ['de Gaulle', 'de', 'Gaulle'],
    ['Lovelace, Ada', 'Ada', 'Lovelace'],
    ['Cruz, Maria de la', 'Maria de la', 'Cruz'],
    ['Martin Luther King Jr.', 'Martin Luther', 'King Jr.'],
    ['Martin King, Jr.', 'Martin', 'King Jr.'],
    ['Ada,', '', 'Ada'],
    ['山田 太郎', '太郎', '山田'],
    ['김 민수', '민수', '김'],
    ['Jean-Paul Sartre', 'Jean-Paul', 'Sartre'],
    ["Sinéad O'Connor", 'Sinéad', "O'Connor"],
    ['Ada\u0000\u202ELovelace', 'Ada', 'Lovelace'],
    ['<b>Ada</b> Lovelace', 'b Ada /b', 'Lovelace'],
    ['', '', 'ada'],
    ['   ', '', 'ada'],
    ['ada@engines.example', '', 'ada'],
    [',', '', 'ada'],
  ])('%j is split into %j and %j', (name, first, last) => {
    expect(splitName(name, ADA)).toEqual({ first, last })
  })

  test('always gives a family name, and loses no letter', () => {
    const letters = (text: string) => Array.from(text.replace(/[\s,]/gu, '')).sort().join('')
    const words = fc.array(fc.constantFrom('Ada', 'van', 'de', 'la', 'Jr.', 'Le', '山', 'O’Neil', ','), {
      minLength: 1,
    })
    fc.assert(
      fc.property(words, (parts) => {
        const { first, last } = splitName(parts.join(' '), ADA)
        expect(last.trim()).not.toBe('')
        if (letters(parts.join('')) !== '') expect(letters(first + last)).toBe(letters(parts.join('')))
      }),
    )
  })
})

describe('the company', () => {
  test.each([
    ['  Engines Ltd ', 'ada@gmail.com', 'Engines Ltd'],
    [undefined, 'ada@engines.example', 'engines.example'],
    ['', 'ada@engines.example', 'engines.example'],
    [undefined, 'ada@gmail.com', '[not provided]'],
    [undefined, 'ada@yahoo.co.uk', '[not provided]'],
  ])('of %j and %s is %s', (company, address, expected) => {
    expect(companyOf({ company, email: email(address) }, '[not provided]')).toBe(expected)
  })
})

describe('a draft', () => {
  const text = (length: number, more: Partial<CreatableField> = {}): CreatableField => ({
    length,
    required: false,
    ...more,
  })
  const FIELDS = new Map([
    ['FirstName', text(40)],
    ['LastName', text(80, { required: true })],
    ['Company', text(255, { required: true })],
    ['Email', text(80)],
    ['LeadSource', text(40)],
  ])
  const POLICY = { source: 'Hackathon', companyPlaceholder: '[not provided]', defaults: {} }
  const profile = { participantId: '1'.repeat(24), email: ADA, name: 'Ada Lovelace' }

  test('has what the platform knows, and what every Lead of ours gets', () => {
    const fields = new Map([...FIELDS, ['Status', text(40)], ['Hackathon_Id__c', text(40)]])
    const policy = { ...POLICY, ownKeyField: 'Hackathon_Id__c', defaults: { Status: 'New' } }
    expect(draftLead(profile, policy, fields)).toEqual({
      Status: 'New',
      FirstName: 'Ada',
      LastName: 'Lovelace',
      Company: 'engines.example',
      Email: 'ada@engines.example',
      LeadSource: 'Hackathon',
      Hackathon_Id__c: profile.participantId,
    })
  })

  test('is cut to what the fields hold, and leaves out what the org lacks or does not list', () => {
    const fields = new Map([...FIELDS, ['LastName', text(5)], ['LeadSource', text(40, { values: ['Web'] })]])
    fields.delete('FirstName')
    expect(draftLead(profile, { ...POLICY, defaults: { Rating: 'Hot' } }, fields)).toEqual({
      LastName: 'Love…',
      Company: 'engines.example',
      Email: 'ada@engines.example',
    })
    const listed = new Map([...FIELDS, ['LeadSource', text(40, { values: ['HACKATHON'] })]])
    expect(draftLead(profile, POLICY, listed)).toMatchObject({ LeadSource: 'HACKATHON' })
  })

  test('cannot be made where an essential field is closed, or a required one is not filled', () => {
    expect(leadProblems(FIELDS, POLICY)).toEqual({ closed: [], unfilled: [] })
    const region = new Map([...FIELDS, ['Region__c', text(40, { required: true })]])
    region.delete('Email')
    expect(leadProblems(region, POLICY)).toEqual({ closed: ['Email'], unfilled: ['Region__c'] })
    expect(leadProblems(region, { ...POLICY, defaults: { Region__c: 'EMEA' } }).unfilled).toEqual([])
  })
})
