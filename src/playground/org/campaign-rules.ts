import { sameText, statusesOf } from './derived.js'
import { saveError, type SaveError } from './org-error.js'
import type { ObjectRules, Saving } from './rules.js'
import type { FieldValue, Row, Store } from './store.js'

type Values = Readonly<Record<string, FieldValue>>

/** Every new campaign gets these two at once (objects.md §5). */
const FIRST_STATUSES = [
  { Label: 'Sent', SortOrder: 1, IsDefault: true, HasResponded: false },
  { Label: 'Responded', SortOrder: 2, IsDefault: false, HasResponded: true },
]

export const campaignRules: ObjectRules = {
  afterInsert({ store, userId, now }, campaign) {
    for (const status of FIRST_STATUSES) {
      const audit = { CreatedDate: now, LastModifiedDate: now, CreatedById: userId, LastModifiedById: userId }
      const row = store.blank('CampaignMemberStatus')
      store.add(
        'CampaignMemberStatus',
        Object.assign(row, status, audit, { CampaignId: campaign.Id, SystemModstamp: now }),
      )
    }
  },
}

export const campaignMemberRules: ObjectRules = {
  beforeInsert({ store, values }) {
    const campaignId = values['CampaignId'] ?? null
    if (campaignId === null) return [saveError('MALFORMED_ID', 'Invalid campaign id: null', ['CampaignId'])]
    // Of two people only the contact is stored (objects.md §5.3).
    if ((values['ContactId'] ?? null) !== null) values['LeadId'] = null
    const person = store.get(String(values['ContactId'] ?? values['LeadId'] ?? ''))
    const problem = personProblem(store, values, person)
    if (problem !== undefined) return [problem]
    values['Status'] = settledStatus(store, campaignId, values['Status'] ?? null)
    return []
  },
  beforeUpdate({ store, values }, member) {
    if (values['Status'] !== undefined) {
      values['Status'] = settledStatus(store, member['CampaignId'], values['Status'])
    }
    return []
  },
}

/** A converted lead can be neither changed nor added to a campaign; fields is an empty list (objects.md §2). */
export function convertedLead(): SaveError {
  return saveError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')
}

/** Neither person: objects.md §5.5. Once per campaign and person: §5.1. */
function personProblem(store: Store, values: Values, person: Row | undefined): SaveError | undefined {
  const field = (values['ContactId'] ?? null) === null ? 'LeadId' : 'ContactId'
  if ((values[field] ?? null) === null) return saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  if (field === 'LeadId' && person?.['IsConverted'] === true) {
    return convertedLead()
  }
  const campaign = store.get(String(values['CampaignId']))
  if (person === undefined || campaign === undefined) return undefined
  const memberships = store.lookup('CampaignMember', field, person.Id) ?? []
  const already = memberships.some((member) => !member.IsDeleted && member['CampaignId'] === campaign.Id)
  return already ? saveError('DUPLICATE_VALUE', 'Already a campaign member.') : undefined
}

/**
 * A status the campaign does not have is no error: its default is stored instead. Only a campaign without a default
 * stores what was sent (objects.md §5.4).
 */
function settledStatus(store: Store, campaignId: FieldValue | undefined, wanted: FieldValue): FieldValue {
  const statuses = statusesOf(store, campaignId)
  const status =
    statuses.find((one) => sameText(one['Label'], wanted)) ?? statuses.find((one) => one['IsDefault'] === true)
  return status?.['Label'] ?? wanted
}

export const campaignMemberStatusRules: ObjectRules = {
  beforeInsert({ store, values }) {
    const others = statusesOf(store, values['CampaignId'])
    const twin = others.find((one) => sameText(one['Label'], values['Label']))
    if (twin !== undefined) return [duplicate('Label', twin)]
    values['SortOrder'] ??= Math.max(0, ...others.map((one) => Number(one['SortOrder']))) + 1
    return sortOrderProblem(others, values)
  },
  afterInsert: moveDefault,
  beforeUpdate({ store, values }, row) {
    const others = statusesOf(store, row['CampaignId']).filter((one) => one !== row)
    return [...sortOrderProblem(others, values), ...remainProblem(others, row, values)]
  },
  afterUpdate: moveDefault,
  /** The default, one in use, or the last that counts as responded cannot go (objects.md §5). */
  beforeDelete(store, row) {
    const members = store.lookup('CampaignMember', 'CampaignId', String(row['CampaignId'])) ?? []
    const used = members.some((member) => !member.IsDeleted && sameText(member['Status'], row['Label']))
    const others = statusesOf(store, row['CampaignId']).filter((one) => one !== row)
    const gone = remainProblem(others, row, { IsDefault: false, HasResponded: false })
    if (!used && gone.length === 0) return []
    const message = `Your attempt to delete ${String(row['Label'])} could not be completed because it is the default or in use.`
    return [saveError('DELETE_FAILED', message)]
  },
}

function sortOrderProblem(others: readonly Row[], values: Values): SaveError[] {
  const twin = others.find((one) => values['SortOrder'] !== undefined && one['SortOrder'] === values['SortOrder'])
  return twin === undefined ? [] : [duplicate('SortOrder', twin)]
}

/** One default and at least one responded status remain, whatever is changed (objects.md §5). */
function remainProblem(others: readonly Row[], row: Row, values: Values): SaveError[] {
  const flags = ['IsDefault', 'HasResponded'].filter(
    (flag) => row[flag] === true && values[flag] === false && !others.some((one) => one[flag] === true),
  )
  return flags.map((flag) => saveError('FIELD_INTEGRITY_EXCEPTION', `a campaign needs a status with ${flag}`, [flag]))
}

function duplicate(field: string, twin: Row): SaveError {
  const message = `duplicate value found: ${field} duplicates value on record with id: ${twin.Id.slice(0, 15)}`
  return saveError('DUPLICATE_VALUE', message)
}

/** A status that becomes the default takes the flag from the one that had it (objects.md §5). */
function moveDefault({ store, values, now }: Saving, row: Row): void {
  if (values['IsDefault'] !== true) return
  for (const other of statusesOf(store, row['CampaignId'])) {
    if (other !== row && other['IsDefault'] === true) store.change(other, { IsDefault: false, SystemModstamp: now })
  }
}
