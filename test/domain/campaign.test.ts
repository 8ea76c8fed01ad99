import { describe, expect, test } from 'vitest'
import { campaignChanges, campaignMark, cut, desiredCampaign, type Campaign } from '../../src/domain/campaign.js'
import { chooseCampaign, type Sightings } from '../../src/domain/campaign-choice.js'
import { isLive, type EventDetails } from '../../src/domain/event.js'

const EVENT: EventDetails = {
  id: 'e'.repeat(24),
  name: 'Spring Hackathon',
  slug: 'spring',
  status: 'open',
  startDate: new Date('2026-03-20T09:00:00Z'),
  endDate: new Date('2026-03-22T18:00:00Z'),
}
const POLICY = {
  status: { open: 'Planned', in_progress: 'In Progress', concluded: 'Completed' },
  fields: {
    Name: 'when different',
    Type: 'when empty',
    Status: 'when different',
    IsActive: 'never',
    StartDate: 'when different',
    EndDate: 'when different',
    ParentId: 'when empty',
    Description: 'when empty',
  },
} as const
const id = (letter: string) => `701${letter.repeat(12)}AAA`
const aCampaign = (given: Partial<Campaign> = {}): Campaign => ({
  id: id('A'),
  name: 'Spring Hackathon',
  isActive: true,
  deleted: false,
  people: 0,
  ...given,
})

describe('the Campaign of an event', () => {
  test('has its name, its days in UTC, a status for its status, and our mark', () => {
    expect(desiredCampaign(EVENT, POLICY)).toEqual({
      Name: 'Spring Hackathon',
      Status: 'Planned',
      IsActive: true,
      StartDate: '2026-03-20',
      EndDate: '2026-03-22',
      Description: campaignMark(EVENT.id),
    })
  })

  test('has a name of 80 characters at most, cut with a mark and not inside a character', () => {
    expect(desiredCampaign({ ...EVENT, name: 'x'.repeat(81) }, POLICY).Name).toBe(`${'x'.repeat(79)}…`)
    expect(cut(`${'x'.repeat(78)}😀!`, 80)).toBe(`${'x'.repeat(78)}…`)
    expect(cut('x'.repeat(80), 80)).toBe('x'.repeat(80))
  })

  test.each([
    ['differs and may be changed', { status: 'Aborted' }, ['Status']],
    ['is empty and is filled', { type: undefined }, ['Type']],
    ['has a type that somebody chose: kept', { type: 'Webinar' }, []],
    ['is inactive: left so', { isActive: false }, []],
    ['is as it should be', {}, []],
  ])('%s', (_, given, fields) => {
    const desired = { ...desiredCampaign(EVENT, POLICY), Type: 'Conference' }
    const right = { status: 'Planned', type: 'Conference', startDate: '2026-03-20', endDate: '2026-03-22' }
    const campaign = aCampaign({ ...right, description: 'ours', ...given })
    expect(campaignChanges(campaign, desired, POLICY).map(({ field }) => field)).toEqual(fields)
  })

  test('is not blanked by what the event does not say', () => {
    const desired = desiredCampaign({ ...EVENT, startDate: undefined, endDate: undefined }, POLICY)
    const campaign = aCampaign({ status: 'Planned', startDate: '2020-01-01', endDate: '2020-01-02', description: 'x' })
    expect(campaignChanges(campaign, desired, POLICY)).toEqual([])
  })
})

describe('finding it', () => {
  const seen = (given: Partial<Sightings>): Sightings => ({
    event: EVENT,
    evenIfNamed: false,
    campaigns: [],
    claims: new Map(),
    ...given,
  })
  const named = aCampaign({ id: id('N') })
  const marked = aCampaign({ id: id('M'), description: `About it\n\n${campaignMark(EVENT.id)}` })
  const keyed = aCampaign({ id: id('K'), name: 'Other', key: EVENT.id })

  test.each<[string, Partial<Sightings>, object]>([
    ['the stored id wins', { stored: id('K'), campaigns: [keyed, marked] }, { by: 'stored', campaign: keyed }],
    ['a stored id of 15 characters is one', { stored: id('K').slice(0, 15), campaigns: [keyed] }, { campaign: keyed }],
    ['then the configured one', { configured: id('K'), campaigns: [keyed, marked] }, { by: 'configured' }],
    ['then the external id', { campaigns: [keyed, marked, named] }, { by: 'key', campaign: keyed }],
    ['then our mark, as after a lost reply', { campaigns: [marked, named] }, { by: 'mark', campaign: marked }],
    ['none: it is to be made', {}, { kind: 'create' }],
    [
      'what is adopted wins over what is stored',
      { adopt: id('N'), stored: id('K'), campaigns: [named, keyed] },
      { by: 'adopt', notes: [expect.stringContaining(id('K'))] },
    ],
    [
      'one of the same name is for a person',
      { campaigns: [named] },
      { because: { kind: 'same name', ids: [id('N')] } },
    ],
    ['unless another one is asked for', { campaigns: [named], evenIfNamed: true }, { kind: 'create' }],
    ['a deleted one of the same name is nobody', { campaigns: [{ ...named, deleted: true }] }, { kind: 'create' }],
    [
      'a stored one that was deleted is told',
      { stored: id('K'), campaigns: [{ ...keyed, deleted: true }] },
      { because: { kind: 'gone', deleted: true } },
    ],
    ['a stored one that is gone is told', { stored: id('K') }, { because: { kind: 'gone', deleted: false } }],
    [
      'two with our key are for a person',
      { campaigns: [keyed, { ...keyed, id: id('L') }] },
      { because: { kind: 'several' } },
    ],
    [
      'one that another event has is refused',
      { stored: id('K'), campaigns: [keyed], claims: new Map([[id('K').slice(0, 15), 'Autumn']]) },
      { because: { kind: 'claimed', by: 'Autumn' } },
    ],
    [
      'two places that differ: the first holds, and it is said',
      { stored: id('K'), configured: id('M'), campaigns: [keyed, marked] },
      { by: 'stored', notes: [expect.stringContaining(id('M'))] },
    ],
  ])('%s', (_, given, expected) => {
    expect(chooseCampaign(seen(given))).toMatchObject(expected)
  })
})

describe('an event is live', () => {
  const now = new Date('2026-04-01T00:00:00Z')
  test.each([
    ['while it is open', { status: 'open' }, true],
    ['while it runs', { status: 'in_progress' }, true],
    ['ten days after its end', { status: 'concluded' }, true],
    ['not after the days given', { status: 'concluded', endDate: new Date('2026-02-01T00:00:00Z') }, false],
    ['not without an end', { status: 'concluded', endDate: undefined, startDate: undefined }, false],
    ['not as a draft', { status: 'draft' }, false],
  ])('%s', (_, given, live) => {
    expect(isLive({ ...EVENT, ...given }, now, 30)).toBe(live)
  })
})
