import { beforeAll, describe, expect, test } from 'vitest'
import { HAS_TERMINALS } from '../support/redrawn-terminal.js'
import { shownOnPage } from './page.js'
import { LINES_WANTED, showErasure, type Show } from './show.js'

/** The platform's own documents, and the org's own records. */
const OWN = { participants: 3, Contact: 3 }

describe.skipIf(!HAS_TERMINALS)('the erasure that docs/erasure.md shows', () => {
  let show: Show
  beforeAll(async () => {
    show = await showErasure()
  })

  test('is of somebody in three events, with a lead, a contact edit, a parked match, and history', () => {
    expect(show.historyLines).toBeGreaterThanOrEqual(LINES_WANTED)
    expect(show.before).toMatchObject({
      ...{ Contact: 3, Lead: 1, CampaignMember: 6, participants: 3 },
      ...{ salesforce_contacts: 1, salesforce_decisions: 1, salesforce_leads: 1, salesforce_queue: 1 },
      ...{ salesforce_lookup_cache: 1 },
    })
  })

  test('does not begin when another address is typed', () => {
    expect(show.afterSlip).toEqual(show.before)
  })

  test('leaves nothing but what others own, and no attempt brings anybody back', () => {
    expect(show.after).toEqual(OWN)
    // Whoever registers or is imported is there for the platform, and for nobody else.
    const registered = [3, 3, 3, 4, 7, 7, 7, 7, 7, 7]
    expect(show.attempts.map(({ found }) => found)).toEqual(
      registered.map((participants) => ({ ...OWN, participants })),
    )
  })

  test('is shown as it is', () => {
    const page = shownOnPage()
    expect(Object.keys(page).sort()).toEqual(Object.keys(show.shown).sort())
    for (const [name, text] of Object.entries(show.shown)) expect([name, page[name]]).toEqual([name, text])
  })
})
