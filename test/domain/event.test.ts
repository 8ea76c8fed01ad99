import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseEvent, eventLabel, type EventSummary } from '../../src/domain/event.js'

const spring: EventSummary = { id: '1'.repeat(24), name: 'MongoDB Spring Hackathon 2026', slug: 'mongodb-spring-2026' }
const spring25: EventSummary = {
  id: '2'.repeat(24),
  name: 'MongoDB Spring Hackathon 2025',
  slug: 'mongodb-spring-2025',
}
const autumn: EventSummary = { id: 'a'.repeat(24), name: 'Herbst-Hackathon Stuttgart', slug: 'herbst' }
const noSlug: EventSummary = { id: '4'.repeat(24), name: 'Design Night' }
const events = [spring, spring25, autumn, noSlug]

describe('one event is chosen', () => {
  test.each([
    ['by its id', '1'.repeat(24), spring, 'id'],
    ['by its id in capitals', 'A'.repeat(24), autumn, 'id'],
    ['by its slug', 'mongodb-spring-2026', spring, 'slug'],
    ['by its slug in capitals, with spaces around', '  MongoDB-Spring-2026 ', spring, 'slug'],
    ['by its whole name', 'design night', noSlug, 'name'],
    ['by a piece that only it has', 'spring-2026', spring, 'part'],
    ['by words in any order', '2026 spring', spring, 'part'],
    ['by a piece of a word', 'stutt', autumn, 'part'],
    ['by words of which one is only in the slug and one only in the name', 'herbst stuttgart', autumn, 'part'],
  ])('%s', (_, typed, event, by) => {
    expect(chooseEvent(typed, events)).toEqual({ kind: 'chosen', event, by })
  })

  test('an exact slug wins over other events that hold it', () => {
    const longer = { id: '5'.repeat(24), name: 'Herbst again', slug: 'herbst-2' }
    expect(chooseEvent('herbst', [longer, autumn])).toMatchObject({ kind: 'chosen', event: autumn, by: 'slug' })
  })

  test('a slug wins over the name of another event', () => {
    const named = { id: '5'.repeat(24), name: 'Herbst' }
    expect(chooseEvent('herbst', [named, autumn])).toMatchObject({ event: autumn, by: 'slug' })
  })

  test('a name typed with its accent composed in another way is the same name', () => {
    const event = { id: '5'.repeat(24), name: 'Caf\u00e9 Hack' }
    expect(chooseEvent('cafe\u0301 hack', [event])).toMatchObject({ event, by: 'name' })
  })
})

describe('several events', () => {
  test('are told, all of them, when a piece fits more than one', () => {
    expect(chooseEvent('spring', events)).toEqual({ kind: 'ambiguous', events: [spring, spring25] })
  })

  test('are told when they have the same name', () => {
    const twin = { id: '6'.repeat(24), name: 'Design Night' }
    expect(chooseEvent('Design Night', [noSlug, twin])).toEqual({ kind: 'ambiguous', events: [noSlug, twin] })
  })
})

describe('no event', () => {
  test('names the nearest, best first, three at most', () => {
    const choice = chooseEvent('mongodb-sprang-2026', events)
    const nearest = choice.kind === 'none' ? choice.nearest : []
    expect(nearest.slice(0, 2)).toEqual([spring, spring25])
    expect(nearest).toHaveLength(3)
  })

  test.each([
    ['nothing typed, as from an empty variable, does not mean the event without a slug', ''],
    ['only spaces', '   '],
    ['only signs', '---'],
    ['an id that no event has', 'f'.repeat(24)],
    ['a piece of an id', '1111'],
    ['a word that the name lacks beside one that it has', 'spring 2027'],
  ])('%s', (_, typed) => {
    expect(chooseEvent(typed, events).kind).toBe('none')
  })

  test('is the answer when there are no events at all', () => {
    expect(chooseEvent('spring', [])).toEqual({ kind: 'none', nearest: [] })
  })
})

describe('whatever is typed', () => {
  const summary = fc.record(
    {
      id: fc.stringMatching(/^[0-9a-f]{24}$/u),
      name: fc.string({ unit: 'grapheme', maxLength: 20 }),
      slug: fc.stringMatching(/^[a-z0-9-]{0,12}$/u),
    },
    { requiredKeys: ['id', 'name'] },
  )
  const someEvents = fc.uniqueArray(summary, { selector: ({ id }) => id, maxLength: 6 })

  test('the answer is made of the events that there are, and one is only chosen when nothing else fits as well', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), someEvents, (typed, among) => {
        const choice = chooseEvent(typed, among)
        if (choice.kind === 'chosen') expect(among).toContain(choice.event)
        else for (const event of choice.kind === 'none' ? choice.nearest : choice.events) expect(among).toContain(event)
        if (choice.kind === 'ambiguous') expect(choice.events.length).toBeGreaterThan(1)
      }),
    )
  })

  test('the whole id always finds its event', () => {
    fc.assert(
      fc.property(someEvents, (among) => {
        for (const event of among) expect(chooseEvent(event.id, among)).toEqual({ kind: 'chosen', event, by: 'id' })
      }),
    )
  })
})

test('an event is called by its name and the slug that can be typed again', () => {
  expect([spring, noSlug].map(eventLabel)).toEqual([
    'MongoDB Spring Hackathon 2026 (mongodb-spring-2026)',
    'Design Night',
  ])
})
