import { living, type Dump, type Expected, type Values } from './audit.js'

/** Adds what the org does by itself when it is sent what is expected (objects.md §4-5): copies, first responses, roll-ups. */
export function addWhatFollows(expected: Expected, before: Dump, after: Dump): void {
  addCopies(expected, before)
  addFirstResponses(expected, before, after)
  addRollUps(expected, before)
}

/** A member shows its person's LeadSource. */
function addCopies({ changed, followed }: Expected, before: Dump): void {
  for (const { object, row } of before.values()) {
    const source = changed.get(String(row['ContactId']))?.['LeadSource']
    if (object === 'CampaignMember' && source !== undefined) follow(followed, row.Id, { LeadSource: source })
  }
}

/** The day of the first response is the day of the change that made it one. */
function addFirstResponses({ changed, followed }: Expected, before: Dump, after: Dump): void {
  for (const [id, { HasResponded }] of changed) {
    const [row, stamp] = [before.get(id)?.row, after.get(id)?.row.SystemModstamp]
    if (HasResponded !== true || row?.['FirstRespondedDate'] !== null || stamp === undefined) continue
    follow(followed, id, { FirstRespondedDate: new Date(stamp).toISOString().slice(0, 10) })
  }
}

/** A Campaign counts its members. */
function addRollUps({ created, changed, followed, deleted }: Expected, before: Dump): void {
  const members = [
    ...living(before, 'CampaignMember')
      .filter(({ Id }) => !deleted.includes(Id))
      .map((row): Values => ({ ...row, ...changed.get(row.Id) })),
    ...created.flatMap(({ object, values }) => (object === 'CampaignMember' ? [values] : [])),
  ]
  for (const { Id } of living(before, 'Campaign')) {
    follow(followed, Id, rollUps(members.filter((member) => member['CampaignId'] === Id)))
  }
}

/** What a Campaign with these members counts. */
export function rollUps(members: readonly Values[]): Values {
  const contacts = members.filter((member) => member['ContactId'] !== null)
  return {
    NumberOfContacts: contacts.length,
    NumberOfLeads: members.length - contacts.length,
    NumberOfConvertedLeads: contacts.filter((member) => member['LeadId'] !== null).length,
    NumberOfResponses: members.filter((member) => member['HasResponded'] === true).length,
  }
}

function follow(followed: Map<string, Values>, id: string, values: Values): void {
  followed.set(id, { ...followed.get(id), ...values })
}
