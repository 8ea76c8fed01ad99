import { campaignMemberRules, campaignMemberStatusRules, campaignRules, convertedLead } from './campaign-rules.js'
import { serialOf } from './ids.js'
import { fieldPermissionsRules, permissionSetAssignmentRules } from './permission-rules.js'
import { notWritable } from './record-reader.js'
import { personAccountRules, personContactRules } from './person-accounts.js'
import { saveError, type SaveError } from './org-error.js'
import type { FieldValue, Row, Store } from './store.js'

/** One record on its way into the store. `values` may still be changed by a rule. */
export interface Saving {
  readonly store: Store
  readonly values: Record<string, FieldValue>
  readonly userId: string
  /** Epoch milliseconds, whole seconds. */
  readonly now: number
  /** Whom an active assignment rule gives a new lead. */
  readonly assignee?: string
}

/** What one object asks of its records beyond its fields. A `before` that returns errors stops the save. */
export interface ObjectRules {
  beforeInsert?(saving: Saving): SaveError[]
  afterInsert?(saving: Saving, row: Row): void
  beforeUpdate?(saving: Saving, row: Row): SaveError[]
  afterUpdate?(saving: Saving, row: Row): void
  beforeDelete?(store: Store, row: Row): SaveError[]
}

const leadRules: ObjectRules = {
  /**
   * Converted only by a conversion, as nobody has Set Audit Fields; unread unless its owner made it (objects.md §2).
   * An assignment rule says whose it is (rest.md §11).
   */
  beforeInsert({ values, userId, assignee }) {
    if (values['IsConverted'] === true) return [notWritable(['IsConverted'])]
    if (assignee !== undefined) values['OwnerId'] = assignee
    values['IsUnreadByOwner'] ??= (values['OwnerId'] ?? userId) !== userId
    return []
  },
  /** A converted lead cannot be changed, even by an administrator (objects.md §2). */
  beforeUpdate(_saving, row) {
    return row['IsConverted'] === true ? [convertedLead()] : []
  },
}

const hierarchyRules: ObjectRules = {
  /** Cycles are refused (objects.md §4). */
  beforeUpdate({ store, values }, row) {
    const seen = new Set([row.Id])
    let parent = values['ParentId']
    while (typeof parent === 'string') {
      const parentRow = store.get(parent)
      if (parentRow === undefined) return []
      if (seen.has(parentRow.Id)) {
        return [saveError('FIELD_INTEGRITY_EXCEPTION', 'Parent would make a cycle', ['ParentId'])]
      }
      seen.add(parentRow.Id)
      parent = parentRow['ParentId']
    }
    return []
  },
}

/** A record with cases cannot be deleted (objects.md §1, §3). */
function keptByCases(field: 'AccountId' | 'ContactId'): ObjectRules {
  return {
    beforeDelete(store, row) {
      const cases = (store.lookup('Case', field, row.Id) ?? []).filter((one) => !one.IsDeleted)
      if (cases.length === 0) return []
      const numbers = cases.map((one) => String(one['CaseNumber'])).join(', ')
      const message =
        `Your attempt to delete ${String(row['Name'])} could not be completed because it is associated with the ` +
        `following cases.: ${numbers}`
      return [saveError('DELETE_FAILED', message)]
    },
  }
}

const caseRules: ObjectRules = {
  afterInsert({ store }, row) {
    store.change(row, { CaseNumber: String(serialOf(row.Id)).padStart(8, '0') })
  },
}

/** A task of a lead has no other relation (objects.md §6). */
function leadAlone(store: Store, { WhoId, WhatId }: Saving['values']): SaveError[] {
  const who = typeof WhoId === 'string' ? store.schema.byPrefix(WhoId)?.name : undefined
  if (who !== 'Lead' || (WhatId ?? null) === null) return []
  return [saveError('FIELD_INTEGRITY_EXCEPTION', 'Related To ID: a lead can have no other relation', ['WhatId'])]
}

const taskRules: ObjectRules = {
  beforeInsert: ({ store, values }) => leadAlone(store, values),
  beforeUpdate: ({ store, values }, row) => leadAlone(store, { ...row, ...values }),
}

/** One set of rules of several: they ask one after the other until one refuses. */
function allOf(...sets: readonly ObjectRules[]): ObjectRules {
  const first = (ask: (rules: ObjectRules) => SaveError[] | undefined): SaveError[] => {
    for (const rules of sets) {
      const errors = ask(rules) ?? []
      if (errors.length > 0) return errors
    }
    return []
  }
  return {
    beforeInsert: (saving) => first((rules) => rules.beforeInsert?.(saving)),
    afterInsert: (saving, row) => {
      for (const rules of sets) rules.afterInsert?.(saving, row)
    },
    beforeUpdate: (saving, row) => first((rules) => rules.beforeUpdate?.(saving, row)),
    afterUpdate: (saving, row) => {
      for (const rules of sets) rules.afterUpdate?.(saving, row)
    },
    beforeDelete: (store, row) => first((rules) => rules.beforeDelete?.(store, row)),
  }
}

/** The rules of each object that has any. */
export const RULES: Readonly<Record<string, ObjectRules>> = {
  Account: allOf(hierarchyRules, keptByCases('AccountId'), personAccountRules),
  Case: caseRules,
  Contact: allOf(keptByCases('ContactId'), personContactRules),
  Task: taskRules,
  Campaign: { ...hierarchyRules, ...campaignRules },
  CampaignMember: campaignMemberRules,
  CampaignMemberStatus: campaignMemberStatusRules,
  FieldPermissions: fieldPermissionsRules,
  Lead: leadRules,
  PermissionSetAssignment: permissionSetAssignmentRules,
}
