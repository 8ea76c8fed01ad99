import { describe, expect, test } from 'vitest'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers } from '../../src/playground/story/awkward-records.js'
import type { OrgRecord } from '../../src/playground/story/records.js'
import { story } from '../../src/playground/story/story.js'

const { platform, org } = story({ now: new Date('2026-05-04T08:00:00Z') })
const participants = [...platform.participants]
const contacts = [...org.contacts]
const leads = [...org.leads]
const answers = awkwardAnswers()

const same = (a: unknown, b: unknown) => String(a).trim().toLowerCase() === String(b).trim().toLowerCase()
const liveContacts = (email: unknown) =>
  contacts.filter(({ Email, IsDeleted }) => same(Email, email) && IsDeleted !== true)
const openLeads = (email: unknown) =>
  leads.filter(({ Email, IsConverted }) => same(Email, email) && IsConverted !== true)

function answer(id: string) {
  const found = answers.find((each) => each.id === id)
  if (!found) throw new Error(`nobody is called ${id}`)
  return found
}

const participantOf = (id: string) => participants.find(({ _id }) => String(_id) === answer(id).participantId)
const recordsOf = (id: string) => liveContacts(answer(id).email)

describe('every awkward person', () => {
  test('has a name of their own in the table', () => {
    expect(new Set(AWKWARD.map(({ id }) => id)).size).toBe(AWKWARD.length)
  })

  test.each(AWKWARD)('$id is there once: $what', ({ id, name, email }) => {
    const stored = JSON.stringify(email)
    expect(participants.filter((each) => JSON.stringify(each['email']) === stored)).toHaveLength(1)
    expect(participantOf(id)).toMatchObject({ name, email })
  })

  test.each(answers.filter(({ recordId }) => recordId !== undefined))(
    '$id ends at a record that lives',
    ({ recordId }) => {
      const live = [...contacts, ...leads].filter(({ Id, IsDeleted }) => Id === recordId && IsDeleted !== true)
      expect(live).toHaveLength(1)
    },
  )

  test.each(answers.filter(({ outcome }) => outcome === 'not_found'))('$id is nobody in the org', ({ email }) => {
    expect(liveContacts(email)).toEqual([])
    expect(openLeads(email)).toEqual([])
  })

  test('is the same person with every seed and every number of participants', () => {
    const other = story({ participants: 500, seed: 'another', now: new Date('2027-01-01T00:00:00Z') })
    const ids = [...other.platform.participants]
      .slice(0, AWKWARD.length)
      .map(({ _id, email }) => [String(_id), email as unknown])
    expect(ids).toEqual(answers.map(({ participantId, email }) => [participantId, email]))
  })
})

describe('what is awkward about them is really so', () => {
  test.each(['account-decides', 'bounce-decides', 'activity-decides', 'age-decides', 'tie'])(
    '%s has two contacts',
    (id) => {
      expect(recordsOf(id)).toHaveLength(2)
    },
  )

  test('nothing but the id tells the contacts of the tie apart', () => {
    const [one, two] = recordsOf('tie').map(({ Id: _, ...rest }) => rest)
    expect(one).toEqual(two)
  })

  test('the two leads differ in when they were changed, and the answer is the later one', () => {
    const [latest] = openLeads(answer('two-leads').email).sort((a, b) => modified(b) - modified(a))
    expect(latest?.['Id']).toBe(answer('two-leads').recordId)
  })

  test('the merged contact leads to the one that won', () => {
    const loser = contacts.find(({ Id }) => Id === linkOf('merged'))
    expect(loser).toMatchObject({ IsDeleted: true, MasterRecordId: answer('merged').recordId })
  })

  test.each(['deleted', 'deleted-and-made-anew'])('%s is linked to a contact that was deleted', (id) => {
    const gone = contacts.find(({ Id }) => Id === linkOf(id))
    expect(gone).toMatchObject({ IsDeleted: true })
    expect(gone).not.toHaveProperty('MasterRecordId')
  })

  test.each(['converted-elsewhere', 'converted-only'])(
    '%s has only a lead that was converted into the answer',
    (id) => {
      const { email, recordId } = answer(id)
      expect(liveContacts(email)).toEqual([])
      expect(openLeads(email)).toEqual([])
      expect(leads.filter(({ Email }) => same(Email, email))).toEqual([
        expect.objectContaining({ IsConverted: true, ConvertedContactId: recordId }),
      ])
    },
  )

  test('the one linked by an earlier run holds what the org still says', () => {
    const contact = contacts.find(({ Id }) => Id === linkOf('linked-and-unchanged'))
    const account = [...org.accounts].find(({ Id }) => Id === contact?.['AccountId'])
    expect(participantOf('linked-and-unchanged')).toMatchObject({
      salesforce: {
        accountId: account?.['Id'],
        accountName: account?.['Name'],
        company: account?.['Name'],
        title: contact?.['Title'],
        phone: contact?.['Phone'],
        city: contact?.['MailingCity'],
        department: contact?.['Department'],
        leadSource: contact?.['LeadSource'],
        ownerId: contact?.['OwnerId'],
        syncStatus: 'synced',
      },
      customerTier: 'enterprise',
      isExistingCustomer: true,
    })
  })

  test('nobody else was linked before', () => {
    const linked = participants.filter((each) => 'salesforce' in each).length
    expect(linked).toBe(AWKWARD.filter(({ linkedTo }) => linkedTo).length)
  })

  test('the overlong address has 300 characters', () => {
    expect(answer('address-overlong').email).toHaveLength(300)
  })

  test('the soft-deleted one has a date of deletion, and the banned one is banned', () => {
    expect(participantOf('soft-deleted')).toHaveProperty('deletedAt', expect.any(Date))
    const { userId } = participantOf('banned') ?? {}
    expect([...platform.users].find(({ _id }) => String(_id) === String(userId))).toMatchObject({ banned: true })
    expect([...platform.users].filter(({ banned }) => banned === true)).toHaveLength(1)
  })

  test('the one of three events is registered for three', () => {
    expect(participantOf('three-events')?.['registeredEvents']).toHaveLength(3)
  })

  test('the one who opted out did, in the org', () => {
    expect(recordsOf('opted-out')).toEqual([expect.objectContaining({ HasOptedOutOfEmail: true })])
  })
})

function linkOf(id: string): string | undefined {
  return (participantOf(id)?.['salesforce'] as { contactId: string } | undefined)?.contactId
}

function modified(record: OrgRecord): number {
  return Number(record['LastModifiedDate'])
}
