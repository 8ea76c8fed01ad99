import type { Flow } from '../salesforce/credentials.js'
import type { OrgKind } from '../salesforce/hosts.js'
import { FLOW_NAMES } from './auth.js'
import { printable } from './printable.js'
import { table } from './table.js'

/** An org that has a name, and how its login stands as far as this machine knows. */
export interface ListedOrg {
  name: string
  isDefault: boolean
  /** What the next command would work with, flags and settings as they are. */
  isTarget: boolean
  kind: OrgKind
  flow: Flow
  orgId: string
  instanceUrl: string
  /**
   * `kept`: there is a session; `none`: the next command logs in; `locked`: the keychain does not give the key; `unusable`: what is kept
   * cannot be read, or others could read it.
   */
  session: 'kept' | 'none' | 'locked' | 'unusable'
  /** Of one that is unusable: why, and what mends it. */
  problem?: { message: string; fix: string }
}

const SESSIONS = {
  kept: '',
  none: ', no session kept',
  locked: ', sealed by a keychain that is locked',
  unusable: ', its session cannot be used',
}

/** For a person: the orgs that have names, and which one is meant. */
export function orgsText(orgs: readonly ListedOrg[]): string {
  if (orgs.length === 0) return 'No org has a name here. `mh-sf auth login --alias NAME` gives one.'
  const rows = orgs.map(({ name, isTarget, isDefault, kind, flow, orgId, instanceUrl, session }) => [
    `${isTarget ? '* ' : '  '}${name}`,
    kind,
    `${orgId} at ${new URL(instanceUrl).host}\n${FLOW_NAMES[flow]}${SESSIONS[session]}${isDefault ? ', the default' : ''}`,
  ])
  const safe = rows.map((row) => row.map((cell) => cell.split('\n').map(printable).join('\n')))
  return `${table(safe, [14, 12])}${endOf(orgs)}${orgs.map(problemText).join('')}`
}

/** Below the table: a path may be long, and a command is copied as it is. */
function problemText({ name, problem }: ListedOrg): string {
  return problem ? `\n  ${name}: ${printable(problem.message)}\n  ${printable(problem.fix)}` : ''
}

function endOf(orgs: readonly ListedOrg[]): string {
  if (orgs.some(({ isTarget }) => isTarget)) return '\n  * what commands work with as things are'
  return orgs.some(({ isDefault }) => isDefault) ? '' : `\n${NO_DEFAULT}`
}

/** What is said where orgs have names, and none of them is taken by itself. */
export const NO_DEFAULT = `  No org is the default: --target-org NAME takes one, and
  mh-sf auth login --target-org NAME --set-default makes it the default.`
