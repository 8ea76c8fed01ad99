import { describe, expect, test } from 'vitest'
import { decideMatched } from '../../src/domain/decision.js'
import { choicesOf, idsToFollow, match, wantedFor, type Match, type MatchPolicy } from '../../src/domain/match.js'
import type { Candidates, Enrichment, Lead } from '../../src/domain/person.js'
import {
  aContact,
  aConvertedLead,
  aLead,
  aParticipant,
  aWanted,
  address,
  candidates,
  contactId,
  leadId,
} from '../support/people.js'

const usual: MatchPolicy = { onSeveral: 'primary' }
const review: MatchPolicy = { onSeveral: 'review' }

const moved = address('ana@elsewhere.example')
const account = { id: '001000000000000AAA', name: 'Example Ltd' }

/** The outcome as one word and one id, for tables. */
function chosen(found: Match): string {
  switch (found.kind) {
    case 'contact':
      return `contact ${found.contact.id}`
    case 'lead':
      return `lead ${found.lead.id}`
    case 'parked':
      return `parked ${choicesOf(found)
        .map(({ id }) => id)
        .join(' ')}`
    case 'not_found':
      return 'not found'
  }
}

const linkedTo = (link: { contactId?: string; leadId?: string }, known: Candidates, policy = usual) =>
  match(aWanted({ link }), known, policy)
const unlinked = (known: Candidates, policy = usual) => match(aWanted(), known, policy)

describe('1. a stored link that still lives', () => {
  test('wins over the only contact with the address', () => {
    const other = aContact({ id: contactId('NEW') })
    const linked = aContact({ id: contactId('OLD'), email: moved })
    const found = linkedTo(
      { contactId: linked.id },
      candidates({ contacts: [other], followed: { [linked.id]: { state: 'contact', contact: linked } } }),
    )
    expect(found).toMatchObject({ kind: 'contact', contact: linked, rule: 'link' })
    expect(found.because).toEqual([`linked to ${linked.id} by an earlier run`])
    expect(found.rejected).toEqual([{ object: 'Contact', id: other.id, why: 'the stored link wins' }])
  })

  test('chooses among several contacts, even where several are left to a person', () => {
    const contacts = [aContact({ id: contactId('A') }), aContact({ id: contactId('B') })]
    expect(chosen(linkedTo({ contactId: contactId('B') }, candidates({ contacts }), review))).toBe(
      `contact ${contactId('B')}`,
    )
  })

  test('also decides about a role address whose contact has another name: that was decided before', () => {
    const contact = aContact({ name: 'Front Desk', email: address('info@example.com') })
    const wanted = aWanted({ email: 'info@example.com', link: { contactId: contact.id } })
    expect(match(wanted, candidates({ contacts: [contact] }), usual)).toMatchObject({ kind: 'contact', rule: 'link' })
  })

  test('is not trusted with --force: the address decides anew', () => {
    const participant = aParticipant({ current: { contactId: contactId('OLD') } })
    expect(wantedFor(participant, address('ana@example.com')).link.contactId).toBe(contactId('OLD'))
    const wanted = wantedFor(participant, address('ana@example.com'), true)
    expect(wanted.link).toEqual({})
    expect(chosen(match(wanted, candidates({ contacts: [aContact({ id: contactId('NEW') })] }), usual))).toBe(
      `contact ${contactId('NEW')}`,
    )
  })

  test('to a merged record leads to the survivor, and says so', () => {
    const survivor = aContact({ id: contactId('WIN') })
    const found = linkedTo(
      { contactId: contactId('LOST') },
      candidates({ contacts: [survivor], followed: { [contactId('LOST')]: { state: 'merged', into: survivor.id } } }),
    )
    expect(found).toMatchObject({ kind: 'contact', contact: survivor, rule: 'link' })
    expect(found.because).toEqual([
      `linked to ${contactId('LOST')} by an earlier run`,
      `${contactId('LOST')} was merged into ${survivor.id}`,
    ])
  })

  test('is followed through a chain of merges', () => {
    const survivor = aContact({ id: contactId('C'), email: moved })
    const followed = {
      [contactId('A')]: { state: 'merged' as const, into: contactId('B') },
      [contactId('B')]: { state: 'merged' as const, into: contactId('C') },
      [contactId('C')]: { state: 'contact' as const, contact: survivor },
    }
    expect(chosen(linkedTo({ contactId: contactId('A') }, candidates({ followed })))).toBe(`contact ${survivor.id}`)
  })

  test('that runs in a circle is as good as gone', () => {
    const followed = {
      [contactId('A')]: { state: 'merged' as const, into: contactId('B') },
      [contactId('B')]: { state: 'merged' as const, into: contactId('A') },
    }
    expect(chosen(linkedTo({ contactId: contactId('A') }, candidates({ followed })))).toBe('not found')
  })

  test('to a deleted record falls through to the address, with the reason', () => {
    const contact = aContact({ id: contactId('NEW') })
    const found = linkedTo(
      { contactId: contactId('OLD') },
      candidates({ contacts: [contact], followed: { [contactId('OLD')]: { state: 'deleted' } } }),
    )
    expect(found).toMatchObject({ kind: 'contact', contact, rule: 'only contact' })
    expect(found.because).toEqual([
      `the linked record ${contactId('OLD')} is gone`,
      'the only contact with this address',
    ])
  })

  test('to a record the user may no longer see falls through as well', () => {
    const followed = { [contactId('OLD')]: { state: 'unknown' as const } }
    const found = linkedTo({ contactId: contactId('OLD') }, candidates({ followed }))
    expect(found.kind).toBe('not_found')
    expect(found.because).toContain(`the linked record ${contactId('OLD')} is gone`)
  })

  test('to a merged record whose survivor was deleted tells the whole way', () => {
    const followed = {
      [contactId('A')]: { state: 'merged' as const, into: contactId('B') },
      [contactId('B')]: { state: 'deleted' as const },
    }
    expect(linkedTo({ contactId: contactId('A') }, candidates({ followed })).because.slice(0, 2)).toEqual([
      `${contactId('A')} was merged into ${contactId('B')}`,
      `the linked record ${contactId('B')} is gone`,
    ])
  })

  test('to an open lead wins over another lead that was changed later', () => {
    const linked = aLead({ id: leadId('OLD'), lastModified: new Date('2020-01-01') })
    const later = aLead({ id: leadId('NEW'), lastModified: new Date('2026-01-01') })
    const found = linkedTo({ leadId: linked.id }, candidates({ leads: [later, linked] }))
    expect(found).toMatchObject({ kind: 'lead', lead: linked, rule: 'link' })
    expect(found.rejected).toEqual([{ object: 'Lead', id: later.id, why: 'the stored link wins' }])
  })

  test('to an open lead gives way to a contact that now has the address, and says so', () => {
    const contact = aContact()
    const lead = aLead({ email: moved })
    const found = linkedTo(
      { leadId: lead.id },
      candidates({ contacts: [contact], followed: { [lead.id]: { state: 'lead', lead } } }),
    )
    expect(found).toMatchObject({ kind: 'contact', contact, rule: 'only contact' })
    expect(found.because).toEqual([
      `the linked lead ${lead.id} gives way to a contact`,
      'the only contact with this address',
    ])
  })

  test('to a lead that was converted since leads to its contact', () => {
    const contact = aContact({ email: moved })
    const lead = aConvertedLead(contact.id)
    const found = linkedTo(
      { leadId: lead.id },
      candidates({ leads: [lead], followed: { [contact.id]: { state: 'contact', contact } } }),
    )
    expect(found).toMatchObject({ kind: 'contact', contact, rule: 'link' })
    expect(found.because).toContain(`lead ${lead.id} was converted into contact ${contact.id}`)
  })

  test('to a lead since converted wins over another contact with the address', () => {
    const converted = aContact({ id: contactId('MINE'), email: moved })
    const other = aContact({ id: contactId('OTHER') })
    const lead = aConvertedLead(converted.id)
    const found = linkedTo(
      { leadId: lead.id },
      candidates({
        contacts: [other],
        leads: [lead],
        followed: { [converted.id]: { state: 'contact', contact: converted } },
      }),
    )
    expect(chosen(found)).toBe(`contact ${converted.id}`)
  })

  test('to a converted lead whose contact cannot be seen is no link: a converted lead takes no campaign', () => {
    const lead = aConvertedLead(undefined)
    const found = linkedTo({ leadId: lead.id }, candidates({ leads: [lead] }))
    expect(found.kind).toBe('not_found')
    expect(found.because[0]).toBe(`the linked lead ${lead.id} was converted into a contact that cannot be seen`)
  })

  test('to a lead that was merged leads to the surviving lead', () => {
    const survivor = aLead({ id: leadId('WIN') })
    const followed = { [leadId('LOST')]: { state: 'merged' as const, into: survivor.id } }
    expect(chosen(linkedTo({ leadId: leadId('LOST') }, candidates({ leads: [survivor], followed })))).toBe(
      `lead ${survivor.id}`,
    )
  })

  test('of a contact comes before one of a lead', () => {
    const contact = aContact({ email: moved })
    const lead = aLead()
    const followed = { [contact.id]: { state: 'contact' as const, contact } }
    const found = linkedTo({ contactId: contact.id, leadId: lead.id }, candidates({ leads: [lead], followed }))
    expect(chosen(found)).toBe(`contact ${contact.id}`)
  })
})

describe('2. one contact', () => {
  test('is the match, and the leads with the address are rejected with the reason', () => {
    const found = unlinked(candidates({ contacts: [aContact()], leads: [aLead()] }))
    expect(found).toMatchObject({ kind: 'contact', rule: 'only contact' })
    expect(found.because).toEqual(['the only contact with this address'])
    expect(found.rejected).toEqual([{ object: 'Lead', id: leadId('L'), why: 'a contact has this address' }])
  })
})

describe('3. several contacts', () => {
  /** The same two people each time, told apart by one criterion; all later criteria speak for the other one. */
  const worse = {
    ownKey: undefined,
    account: undefined,
    bounced: true,
    lastActivity: undefined,
    createdAt: new Date('2025-01-01'),
  }
  const better = { account, bounced: false, lastActivity: '2026-02-01', createdAt: new Date('2020-01-01') }

  test.each([
    ['carries our own key', { ...worse, ownKey: 'a'.repeat(24) }, better, 'does not carry our key'],
    ['belongs to an account', { ...worse, account }, { ...better, account: undefined }, 'has no account'],
    [
      'its mail has not bounced',
      { ...worse, bounced: false },
      { ...better, account: undefined, bounced: true },
      'its mail bounced',
    ],
    [
      'latest activity',
      { ...worse, lastActivity: '2026-02-02' },
      { ...better, account: undefined, bounced: true },
      'less recent activity',
    ],
    [
      'oldest record',
      { ...worse, createdAt: new Date('2019-12-31') },
      { ...worse, createdAt: new Date('2020-01-01') },
      'is younger',
    ],
  ])('the primary one is the one that %s, whatever the later criteria say', (decidedBy, one, two, why) => {
    const primary = aContact({ id: contactId('P'), ...one })
    const other = aContact({ id: contactId('O'), ...two })
    for (const contacts of [
      [primary, other],
      [other, primary],
    ]) {
      const found = unlinked(candidates({ contacts }))
      expect(found).toMatchObject({ kind: 'contact', contact: primary, rule: 'primary contact' })
      expect(found.because).toEqual(['2 contacts have this address', `this one was chosen: ${decidedBy}`])
      expect(found.rejected).toEqual([{ object: 'Contact', id: other.id, why }])
    }
  })

  test("somebody else's key on a contact is not our own key", () => {
    const theirs = aContact({ id: contactId('T'), ownKey: 'b'.repeat(24) })
    const ours = aContact({ id: contactId('O'), account })
    expect(chosen(unlinked(candidates({ contacts: [theirs, ours] })))).toBe(`contact ${ours.id}`)
  })

  test('an activity beats none, and an address that is no participant has no key to look for', () => {
    const active = aContact({ id: contactId('A'), lastActivity: '2020-01-01' })
    const contacts = [aContact({ id: contactId('B') }), active]
    expect(chosen(match(aWanted({ participantId: '' }), candidates({ contacts }), usual))).toBe(`contact ${active.id}`)
  })

  test('each one that is not the primary is rejected with the criterion it failed', () => {
    const contacts = [
      aContact({ id: contactId('A'), account, lastActivity: '2026-01-01' }),
      aContact({ id: contactId('B'), account }),
      aContact({ id: contactId('C'), account, bounced: true }),
      aContact({ id: contactId('D') }),
    ]
    expect(unlinked(candidates({ contacts, leads: [aLead()] })).rejected).toEqual([
      { object: 'Contact', id: contactId('D'), why: 'has no account' },
      { object: 'Contact', id: contactId('C'), why: 'its mail bounced' },
      { object: 'Contact', id: contactId('B'), why: 'less recent activity' },
      { object: 'Lead', id: leadId('L'), why: 'a contact has this address' },
    ])
  })

  test('a tie after all criteria is parked with those that tie, and the others are rejected', () => {
    const twins = [aContact({ id: contactId('A'), account }), aContact({ id: contactId('B'), account })]
    const found = unlinked(candidates({ contacts: [...twins, aContact({ id: contactId('C') })] }))
    expect(found).toMatchObject({ kind: 'parked', cause: 'several contacts', contacts: twins })
    expect(found.because).toEqual(['3 contacts have this address', 'no criterion tells them apart'])
    expect(found.rejected).toEqual([{ object: 'Contact', id: contactId('C'), why: 'has no account' }])
  })

  test('match.onSeveral "review" parks them all, however clear the primary is', () => {
    const contacts = [aContact({ id: contactId('A'), account }), aContact({ id: contactId('B') })]
    const found = unlinked(candidates({ contacts }), review)
    expect(found).toMatchObject({ kind: 'parked', cause: 'several contacts', contacts })
    expect(found.because).toContain('match.onSeveral is "review"')
  })
})

describe('a role address', () => {
  const atDesk = (ours: string | undefined, theirs: string, email = 'info@example.com') =>
    match(
      aWanted({ email, name: ours }),
      candidates({ contacts: [aContact({ name: theirs, email: address(email) })] }),
      usual,
    ).kind

  test.each([
    ['with another name is parked', 'Ana Silva', 'Front Desk', 'parked'],
    ['with the same name is that person', 'Ana Silva', 'Ana Silva', 'contact'],
    ['with one name in common, in any order and case, is that person', 'SILVA, Ana Maria', 'ana costa', 'contact'],
    ['with a name in another script is parked', 'हिन्दी', 'दीपक', 'parked'],
    ['with the same name in another script is that person', 'हिन्दी शर्मा', 'हिन्दी', 'contact'],
    ['with an accent composed in another way is that person', 'Jose\u0301', 'Jos\u00e9', 'contact'],
    ['looked up without a name is its contact', undefined, 'Front Desk', 'contact'],
    ['of a participant without a name is parked', '', 'Front Desk', 'parked'],
  ])('%s', (_, ours, theirs, kind) => {
    expect(atDesk(ours, theirs)).toBe(kind)
  })

  test('is told by the whole part before the @: a person called Salesman is not sales', () => {
    expect(atDesk('Ana Silva', 'Front Desk', 'salesman@example.com')).toBe('contact')
    expect(atDesk('Ana Silva', 'Front Desk', 'sales@example.com')).toBe('parked')
  })

  test('with several contacts is parked with all of them, whoever would be the primary', () => {
    const email = address('info@example.com')
    const contacts = [
      aContact({ id: contactId('A'), email, name: 'Front Desk', account }),
      aContact({ id: contactId('B'), email, name: 'Back Office' }),
    ]
    const found = match(aWanted({ email }), candidates({ contacts, leads: [aLead({ email })] }), usual)
    expect(found).toMatchObject({ kind: 'parked', cause: 'role address', contacts })
    expect(found.rejected).toEqual([{ object: 'Lead', id: leadId('L'), why: 'a contact has this address' }])
  })

  test('of a converted lead whose contact has another name is parked', () => {
    const email = address('info@example.com')
    const contact = aContact({ name: 'Front Desk', email: moved })
    const found = match(
      aWanted({ email }),
      candidates({
        leads: [aConvertedLead(contact.id, { email })],
        followed: { [contact.id]: { state: 'contact', contact } },
      }),
      usual,
    )
    expect(found).toMatchObject({ kind: 'parked', cause: 'role address', contacts: [contact] })
  })

  const atLeads = (name: string | undefined, leads: Lead[]) =>
    match(aWanted({ email: 'info@acme.example', name }), candidates({ leads }), usual)

  test('whose open lead has another name is parked with that lead', () => {
    const lead = aLead({ name: 'Bob Sales' })
    const found = atLeads('Ana Souza', [lead])
    expect(found).toMatchObject({ kind: 'parked', cause: 'role address', contacts: [], leads: [lead], rejected: [] })
    expect(found.because).toEqual([`a role address, and lead ${lead.id} has another name`])
  })

  test('with several open leads is parked with all of them, the converted ones rejected', () => {
    const leads = [
      aLead({ id: leadId('A'), name: 'Ana Souza', lastModified: new Date('2026-01-01') }),
      aLead({ id: leadId('B'), name: 'Bob Sales', lastModified: new Date('2026-02-01') }),
    ]
    const converted = aConvertedLead(undefined, { id: leadId('C') })
    const found = atLeads('Ana Souza', [...leads, converted])
    expect(chosen(found)).toBe(`parked ${leadId('B')} ${leadId('A')}`)
    expect(found.rejected).toEqual([{ object: 'Lead', id: converted.id, why: 'is converted' }])
  })

  test.each([
    ['with the same name is that lead', 'Bob Souza'],
    ['looked up without a name is its lead', undefined],
  ])('%s', (_, name) => {
    expect(atLeads(name, [aLead({ name: 'Bob Sales' })]).kind).toBe('lead')
  })

  test('whose lead was linked by an earlier run stays that lead: that was decided before', () => {
    const lead = aLead({ name: 'Bob Sales' })
    const who = aWanted({ email: 'info@acme.example', name: 'Ana Souza', link: { leadId: lead.id } })
    expect(chosen(match(who, candidates({ leads: [lead] }), usual))).toBe(`lead ${lead.id}`)
  })
})

describe('what a document holds as a link', () => {
  const linkOf = (current: Enrichment) => wantedFor(aParticipant({ current }), address('ana@example.com')).link

  test('is one with ids of 15 or 18 characters of the right object', () => {
    const long = { contactId: contactId('A'), leadId: leadId('B') }
    const short = { contactId: contactId('A').slice(0, 15), leadId: leadId('B').slice(0, 15) }
    expect(linkOf(long)).toEqual(long)
    expect(linkOf(short)).toEqual(short)
  })

  test.each([
    'garbage',
    '',
    "003' OR Id != '",
    leadId('A'),
    contactId('A').slice(0, 16),
    `${contactId('A')}\n`,
    '003_00000000000AAA',
    '001000000000000AAA',
  ])('is none when the contact id is %j: the org would refuse the whole question', (stored) => {
    expect(linkOf({ contactId: stored })).toEqual({})
  })

  test('is none when the lead id is that of a contact', () => {
    expect(linkOf({ leadId: contactId('A') })).toEqual({})
  })

  test('is removed from the document when it is none and nobody is found', () => {
    const participant = aParticipant({ current: { contactId: 'garbage', leadId: '00Q' } })
    const found = match(wantedFor(participant, address('ana@example.com')), candidates(), usual)
    const { change } = decideMatched(participant, found, { existingCustomer: { by: 'contact' } })
    expect(change?.unset).toEqual(['contactId', 'leadId'])
  })
})

describe('4. no contact', () => {
  test('one open lead is the match', () => {
    const found = unlinked(candidates({ leads: [aLead()] }))
    expect(found).toMatchObject({ kind: 'lead', rule: 'lead' })
    expect(found.because).toEqual(['no contact, one open lead has this address'])
  })

  test('of several open leads the most recently changed is the match', () => {
    const leads = [
      aLead({ id: leadId('A'), lastModified: new Date('2026-01-01') }),
      aLead({ id: leadId('B'), lastModified: new Date('2026-03-01') }),
      aLead({ id: leadId('C'), lastModified: new Date('2026-02-01') }),
    ]
    const found = unlinked(candidates({ leads }))
    expect(chosen(found)).toBe(`lead ${leadId('B')}`)
    expect(found.because).toEqual(['the most recently changed of 3 open leads'])
    expect(found.rejected.map(({ id, why }) => [id, why])).toEqual([
      [leadId('C'), 'was changed earlier'],
      [leadId('A'), 'was changed earlier'],
    ])
  })

  test('an open lead comes before a converted one that was changed later', () => {
    const open = aLead({ id: leadId('O'), lastModified: new Date('2020-01-01') })
    const contact = aContact({ email: moved })
    const converted = aConvertedLead(contact.id, { lastModified: new Date('2026-01-01') })
    const found = unlinked(
      candidates({ leads: [converted, open], followed: { [contact.id]: { state: 'contact', contact } } }),
    )
    expect(chosen(found)).toBe(`lead ${open.id}`)
    expect(found.rejected).toEqual([{ object: 'Lead', id: converted.id, why: 'is converted' }])
  })
})

describe('5. a converted lead', () => {
  const contact = aContact({ email: moved })
  const lead = aConvertedLead(contact.id)

  test('leads to its contact, whatever address that has now', () => {
    const found = unlinked(candidates({ leads: [lead], followed: { [contact.id]: { state: 'contact', contact } } }))
    expect(found).toMatchObject({ kind: 'contact', contact, rule: 'converted lead' })
    expect(found.because).toEqual([
      `lead ${lead.id} has this address, and no contact`,
      `lead ${lead.id} was converted into contact ${contact.id}`,
    ])
  })

  test('leads through a merge to the survivor', () => {
    const survivor = aContact({ id: contactId('WIN'), email: moved })
    const found = unlinked(
      candidates({
        leads: [lead],
        followed: {
          [contact.id]: { state: 'merged', into: survivor.id },
          [survivor.id]: { state: 'contact', contact: survivor },
        },
      }),
    )
    expect(chosen(found)).toBe(`contact ${survivor.id}`)
    expect(found.because).toContain(`${contact.id} was merged into ${survivor.id}`)
  })

  test('whose contact is gone is nobody, and the lead is named', () => {
    const found = unlinked(candidates({ leads: [lead], followed: { [contact.id]: { state: 'deleted' } } }))
    expect(found.kind).toBe('not_found')
    expect(found.because).toEqual(['no contact and no open lead has this address'])
    expect(found.rejected).toEqual([{ object: 'Lead', id: lead.id, why: 'was converted, and its contact is gone' }])
  })

  test('is passed over for another one whose contact lives', () => {
    const dead = aConvertedLead(contactId('X'), { id: leadId('X'), lastModified: new Date('2026-04-01') })
    const found = unlinked(
      candidates({
        leads: [dead, lead],
        followed: { [contact.id]: { state: 'contact', contact }, [contactId('X')]: { state: 'deleted' } },
      }),
    )
    expect(chosen(found)).toBe(`contact ${contact.id}`)
    expect(found.rejected).toEqual([{ object: 'Lead', id: dead.id, why: 'was converted, and its contact is gone' }])
  })

  test('and another one of the same contact are one person', () => {
    const again = aConvertedLead(contact.id, { id: leadId('M') })
    const followed = { [contact.id]: { state: 'contact' as const, contact } }
    expect(chosen(unlinked(candidates({ leads: [again, lead], followed })))).toBe(`contact ${contact.id}`)
  })

  test('and another one of another contact: the primary of both contacts, by the same criteria', () => {
    const other = aContact({ id: contactId('O'), email: moved, account })
    const leads = [lead, aConvertedLead(other.id, { id: leadId('M') })]
    const followed = {
      [contact.id]: { state: 'contact' as const, contact },
      [other.id]: { state: 'contact' as const, contact: other },
    }
    const found = unlinked(candidates({ leads, followed }))
    expect(chosen(found)).toBe(`contact ${other.id}`)
    expect(found.because).toEqual([
      'converted leads with this address lead to 2 contacts',
      'this one was chosen: belongs to an account',
    ])
    expect(unlinked(candidates({ leads, followed }), review).kind).toBe('parked')
  })
})

describe('6. none', () => {
  test('nobody with the address is not found, and nothing is rejected', () => {
    expect(unlinked(candidates())).toEqual({
      kind: 'not_found',
      because: ['no contact and no lead has this address'],
      rejected: [],
    })
  })
})

describe('what a person decided', () => {
  const [a, b] = [aContact({ id: contactId('A') }), aContact({ id: contactId('B') })]
  const decided = (id: string) => aWanted({ link: { decidedId: id, contactId: b.id } })

  test('wins over the link and over every rule', () => {
    expect(match(decided(a.id), candidates({ contacts: [a, b] }), { onSeveral: 'review' })).toMatchObject({
      kind: 'contact',
      contact: a,
      rule: 'decision',
      because: [`a person decided that it is ${a.id}`],
      rejected: [{ id: b.id, why: 'a person decided otherwise' }],
    })
  })

  test('is followed through a merge', () => {
    const followed = new Map([[contactId('M'), { state: 'merged' as const, into: a.id }]])
    expect(
      match(decided(contactId('M')), { ...candidates({ contacts: [a, b] }), followed }, { onSeveral: 'review' }),
    ).toMatchObject({
      contact: a,
      rule: 'decision',
    })
  })

  test('gives way to the rules when its record is gone, and it is said', () => {
    const followed = new Map([[contactId('M'), { state: 'deleted' as const }]])
    const found = match(
      decided(contactId('M')),
      { ...candidates({ contacts: [b] }), followed },
      { onSeveral: 'primary' },
    )
    expect(found).toMatchObject({ contact: b, rule: 'link' })
    expect(found.because).toContain(`the chosen record ${contactId('M')} is gone`)
  })

  test('may be a record with another address: it is read by its id', () => {
    expect(idsToFollow({ decidedId: contactId('Z') }, candidates({ contacts: [a, b] }))).toEqual([contactId('Z')])
    const followed = { [contactId('Z')]: { state: 'contact' as const, contact: aContact({ id: contactId('Z') }) } }
    const found = match(decided(contactId('Z')), candidates({ contacts: [a, b], followed }), { onSeveral: 'primary' })
    expect(found).toMatchObject({ contact: { id: contactId('Z') }, rule: 'decision' })
  })

  test('can be that it is nobody', () => {
    const nobody = match({ ...aWanted(), isNobody: true }, candidates({ contacts: [a] }), { onSeveral: 'primary' })
    expect(nobody).toMatchObject({ kind: 'not_found', rejected: [{ id: a.id }] })
  })
})
