import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideMatched } from '../../src/domain/decision.js'
import { enrichmentChange, type EnrichmentPolicy } from '../../src/domain/enrichment.js'
import {
  choicesOf,
  idsToFollow,
  match,
  wantedFor,
  type Match,
  type MatchPolicy,
  type Wanted,
} from '../../src/domain/match.js'
import type { Candidates, Contact, Enrichment, Fate, Lead } from '../../src/domain/person.js'
import {
  aContact,
  aLead,
  aParticipant,
  aWanted,
  address,
  applied,
  candidates,
  contactId,
  leadId,
} from '../support/people.js'

/** A small org whose records point at one another in every way, circles and dead ends too. */
interface World {
  /** What every id of this world is. */
  records: Map<string, Fate>
  /** Which of its records have the address. */
  found: { contacts: Contact[]; leads: Lead[] }
}

const NAMES = ['A', 'B', 'C', 'D']
const contactIds = NAMES.map(contactId)
const leadIds = NAMES.map(leadId)
const anyContactId = fc.constantFrom(...contactIds)
const anyLeadId = fc.constantFrom(...leadIds)
const dayOf = (days: readonly string[]) => fc.constantFrom(...days).map((day) => new Date(`${day}T00:00:00Z`))

const contactFate = (id: string): fc.Arbitrary<Fate> =>
  fc.oneof(
    fc
      .record({
        name: fc.constantFrom('Ana Silva', 'Front Desk'),
        account: fc.option(fc.constant({ id: '001000000000000AAA', name: 'Example Ltd' }), { nil: undefined }),
        ownKey: fc.constantFrom('a'.repeat(24), 'b'.repeat(24), undefined),
        bounced: fc.boolean(),
        lastActivity: fc.constantFrom('2026-01-01', '2026-02-01', undefined),
        createdAt: dayOf(['2024-01-01', '2025-01-01']),
      })
      .map((given): Fate => ({ state: 'contact', contact: aContact({ ...given, id }) })),
    anyContactId.map((into): Fate => ({ state: 'merged', into })),
    fc.constantFrom<Fate>({ state: 'deleted' }, { state: 'unknown' }),
  )

const leadFate = (id: string): fc.Arbitrary<Fate> =>
  fc.oneof(
    fc
      .record({
        name: fc.constantFrom('Ana Silva', 'Front Desk'),
        lastModified: dayOf(['2025-01-01', '2025-02-01']),
        converted: fc.boolean(),
        into: fc.option(anyContactId, { nil: undefined }),
      })
      .map(({ into, ...given }): Fate => {
        const convertedContactId = given.converted ? into : undefined
        return { state: 'lead', lead: aLead({ ...given, id, convertedContactId }) }
      }),
    anyLeadId.map((into): Fate => ({ state: 'merged', into })),
    fc.constantFrom<Fate>({ state: 'deleted' }, { state: 'unknown' }),
  )

const world: fc.Arbitrary<World> = fc
  .tuple(fc.tuple(...contactIds.map(contactFate), ...leadIds.map(leadFate)), fc.subarray([...contactIds, ...leadIds]))
  .map(([fates, withAddress]) => {
    const ids = [...contactIds, ...leadIds]
    const records = new Map(ids.map((id, index): [string, Fate] => [id, fates[index] ?? { state: 'unknown' }]))
    const found = withAddress.flatMap((id) => records.get(id) ?? [])
    return {
      records,
      found: {
        contacts: found.flatMap((fate) => (fate.state === 'contact' ? [fate.contact] : [])),
        leads: found.flatMap((fate) => (fate.state === 'lead' ? [fate.lead] : [])),
      },
    }
  })

const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    email: fc.constantFrom('ana@example.com', 'info@example.com'),
    name: fc.constantFrom('Ana Silva', 'Bo Chen'),
    link: fc.record({ contactId: anyContactId, leadId: anyLeadId }, { requiredKeys: [] }),
  })
  .map(aWanted)

const policy = fc.constantFrom<MatchPolicy>({ onSeveral: 'primary' }, { onSeveral: 'review' })
const enrichment: EnrichmentPolicy = { existingCustomer: { by: 'contact' } }

/** Reads by id until nothing is left to follow, as the org is asked; returns all that was asked for, call by call. */
function followAll(link: Wanted['link'], { records, found }: World): { known: Candidates; calls: string[][] } {
  const followed = new Map<string, Fate>()
  const calls: string[][] = []
  for (;;) {
    const ids = idsToFollow(link, { ...found, followed })
    if (ids.length === 0) return { known: { ...found, followed }, calls }
    calls.push(ids)
    if (calls.length > records.size) throw new Error(`still asking after ${calls.length} calls: ${ids.join(' ')}`)
    for (const id of ids) followed.set(id, records.get(id) ?? { state: 'unknown' })
  }
}

/** The match without what depends on the order in which the org answered: the order of lists. */
function unordered(found: Match): unknown {
  const rejected = [...found.rejected].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (found.kind !== 'parked') return { ...found, rejected }
  return { ...found, rejected, contacts: [...found.contacts].sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

describe('match', () => {
  test('never returns a record that was neither found by the address nor followed', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const { known } = followAll(who.link, org)
        const followed = [...known.followed.values()]
        const contacts = [...known.contacts, ...followed.flatMap((f) => (f.state === 'contact' ? [f.contact] : []))]
        const leads = [...known.leads, ...followed.flatMap((f) => (f.state === 'lead' ? [f.lead] : []))]
        const found = match(who, known, rules)
        if (found.kind === 'contact') expect(contacts).toContain(found.contact)
        if (found.kind === 'lead') expect(leads).toContain(found.lead)
        if (found.kind === 'parked') expect(contacts).toEqual(expect.arrayContaining(found.contacts))
        if (found.kind === 'parked') expect(leads).toEqual(expect.arrayContaining(found.leads ?? []))
      }),
    )
  })

  test('does not depend on the order in which the org answered', () => {
    const orders = world.chain((org) =>
      fc.tuple(
        fc.constant(org),
        fc.shuffledSubarray(org.found.contacts, { minLength: org.found.contacts.length }),
        fc.shuffledSubarray(org.found.leads, { minLength: org.found.leads.length }),
      ),
    )
    fc.assert(
      fc.property(orders, wanted, policy, ([org, contacts, leads], who, rules) => {
        const { known } = followAll(who.link, org)
        const shuffled = { ...known, contacts, leads }
        expect(unordered(match(who, shuffled, rules))).toEqual(unordered(match(who, known, rules)))
      }),
      { numRuns: 500 },
    )
  })

  test('always says why, and tells of every record with the address: chosen, offered or rejected', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const { known } = followAll(who.link, org)
        const found = match(who, known, rules)
        expect(found.because.length).toBeGreaterThan(0)
        const told = new Set([
          ...found.rejected.map(({ id }) => id),
          ...(found.kind === 'contact' ? [found.contact.id] : []),
          ...(found.kind === 'lead' ? [found.lead.id] : []),
          ...(found.kind === 'parked' ? choicesOf(found).map(({ id }) => id) : []),
        ])
        const throughConversion = new Set(
          known.leads.filter(({ converted }) => converted && found.kind !== 'not_found').map(({ id }) => id),
        )
        for (const { id } of [...known.contacts, ...known.leads])
          if (!throughConversion.has(id)) expect(told).toContain(id)
      }),
    )
  })

  test('never returns a converted lead: the org lets nobody write to one', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const found = match(who, followAll(who.link, org).known, rules)
        if (found.kind === 'lead') expect(found.lead.converted).toBe(false)
      }),
    )
  })

  test('never parks without a record to choose from', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const found = match(who, followAll(who.link, org).known, rules)
        if (found.kind === 'parked') expect(choicesOf(found)).not.toEqual([])
      }),
    )
  })

  test('needs nothing that idsToFollow did not ask for: knowing the whole org changes no decision', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const { known } = followAll(who.link, org)
        const omniscient = { ...org.found, followed: org.records }
        expect(match(who, known, rules)).toEqual(match(who, omniscient, rules))
      }),
      { numRuns: 500 },
    )
  })
})

describe('idsToFollow', () => {
  test('comes to an end, asks for nothing twice and for nothing that the address has brought up', () => {
    fc.assert(
      fc.property(world, wanted, (org, { link }) => {
        const asked = followAll(link, org).calls.flat()
        const known = new Set([...org.found.contacts, ...org.found.leads].map(({ id }) => id))
        expect(new Set(asked).size).toBe(asked.length)
        expect(asked.filter((id) => known.has(id))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('asks for nothing when the address brings up a contact and nobody was linked', () => {
    const contacts = [aContact()]
    const leads = [aLead({ converted: true, convertedContactId: contactId('X') })]
    expect(idsToFollow({}, candidates({ contacts, leads }))).toEqual([])
  })

  test('asks for no converted contact while there is an open lead', () => {
    const leads = [aLead(), aLead({ id: leadId('M'), converted: true, convertedContactId: contactId('X') })]
    expect(idsToFollow({}, candidates({ leads }))).toEqual([])
  })

  test('asks for the contact of a linked lead although the address brings up another contact', () => {
    const lead = aLead({ converted: true, convertedContactId: contactId('X') })
    const known = candidates({ contacts: [aContact()], leads: [lead] })
    expect(idsToFollow({ leadId: lead.id }, known)).toEqual([contactId('X')])
  })
})

describe('a second run', () => {
  /** Decides as a backfill does, and returns what the document holds afterwards. */
  const run = (org: World, who: Wanted, rules: MatchPolicy, current: Enrichment) => {
    const participant = aParticipant({ current, name: who.name })
    const again = wantedFor(participant, who.email)
    const found = match(again, followAll(again.link, org).known, rules)
    const { change } = decideMatched(participant, found, { ...enrichment })
    return { found, change, after: applied(current, change) }
  }

  test('finds no change, whatever the first one decided', () => {
    fc.assert(
      fc.property(world, wanted, policy, (org, who, rules) => {
        const first = run(org, who, rules, { ...who.link })
        expect(run(org, who, rules, first.after).change).toBeUndefined()
      }),
      { numRuns: 1_000 },
    )
  })

  test('finds no change although the org answers in another order', () => {
    const twins = [aContact({ id: contactId('A') }), aContact({ id: contactId('B') })]
    const documentAfter = (contacts: Contact[]) => {
      const found = match(aWanted(), candidates({ contacts }), { onSeveral: 'review' })
      return applied({}, decideMatched(aParticipant(), found, enrichment).change)
    }
    expect(enrichmentChange(documentAfter(twins), documentAfter([...twins].reverse()))).toBeUndefined()
  })

  test('of a participant linked to a deleted contact and now parked finds no change', () => {
    const contacts = [aContact({ id: contactId('A') }), aContact({ id: contactId('B') })]
    const records = new Map<string, Fate>([[contactId('C'), { state: 'deleted' }]])
    const org: World = { records, found: { contacts, leads: [] } }
    const who = { ...aWanted(), email: address('ana@example.com') }
    const first = run(org, who, { onSeveral: 'primary' }, { contactId: contactId('C') })
    expect(first.found.kind).toBe('parked')
    expect(run(org, who, { onSeveral: 'primary' }, first.after).change).toBeUndefined()
  })
})
