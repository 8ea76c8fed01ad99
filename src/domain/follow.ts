import type { Candidates, Fate } from './person.js'

/** Where following a record by its id ended: `fate` is absent when the record at `id` has not been read yet. */
export interface Followed {
  id: string
  fate?: Fate
  /** Each step in words. */
  path: string[]
}

/** Where a record went: through merges to the survivor, through conversion to the contact. A circle ends as unknown. */
export function follow(start: string, candidates: Candidates): Followed {
  const path: string[] = []
  const seen = new Set<string>()
  for (let id = start; ;) {
    const fate: Fate | undefined = seen.has(id) ? { state: 'unknown' } : fateOf(id, candidates)
    seen.add(id)
    if (fate?.state === 'merged') {
      path.push(`${id} was merged into ${fate.into}`)
      id = fate.into
    } else if (fate?.state === 'lead' && fate.lead.convertedContactId) {
      path.push(`lead ${id} was converted into contact ${fate.lead.convertedContactId}`)
      id = fate.lead.convertedContactId
    } else return { id, fate, path }
  }
}

function fateOf(id: string, { contacts, leads, followed }: Candidates): Fate | undefined {
  const contact = contacts.find((each) => each.id === id)
  if (contact) return { state: 'contact', contact }
  const lead = leads.find((each) => each.id === id)
  if (lead) return { state: 'lead', lead }
  return followed.get(id)
}
