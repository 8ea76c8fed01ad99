import { pass, read, readAll, RESULTS, type Check, type Result } from './check.js'
import { DATABASE_CHECKS, databaseChecks, SAMPLE_CHECKS, sampleChecks } from './database-checks.js'
import type { DoctorFacts, DoctorPolicy } from './doctor-facts.js'
import { ORG_CHECKS, orgChecks, statusesCheck } from './org-checks.js'
import {
  channelsCheck,
  FILES_CHECKS,
  filesChecks,
  namesCheck,
  nightsCheck,
  nodeCheck,
  secretStoreCheck,
} from './set-up-checks.js'

/** All that was looked at, and what a command ends with that says so. */
export interface Diagnosis {
  checks: Check[]
  counts: Record<Result, number>
  exitCode: number
}

/** What is wrong with a set-up, and what to do about each. */
export function diagnose(facts: DoctorFacts, policy: DoctorPolicy): Diagnosis {
  const checks = [
    { name: 'Node', ...nodeCheck(facts.node) },
    read('config file', facts.config, ({ path, isThere }) =>
      isThere ? pass(`${path} is well.`) : pass('there is none: every setting of it has its default.'),
    ),
    read('settings', facts.settings, () => pass('all that is needed for both systems is there.')),
    { name: 'names', ...namesCheck(facts.strangeNames) },
    ...readAll(FILES_CHECKS, facts.files, filesChecks),
    read('keychain', facts.secretStore, secretStoreCheck),
    ...readAll(DATABASE_CHECKS, facts.database, (found) => databaseChecks(found, policy.retention)),
    ...readAll(SAMPLE_CHECKS, facts.sample, sampleChecks),
    ...readAll(ORG_CHECKS, facts.org, (org) => orgChecks(org, policy)),
    read('member statuses', facts.statuses, statusesCheck),
    read('Redis', facts.redis, () => pass('it answers.')),
    read('schedule', facts.nights, (nights) => nightsCheck(nights, facts.now, policy.nightHours)),
    { name: 'alerts', ...channelsCheck(facts.channels) },
  ]
  const counts = Object.fromEntries(RESULTS.map((result) => [result, 0])) as Record<Result, number>
  for (const { result } of checks) counts[result] += 1
  return { checks, counts, exitCode: worstOf(checks) }
}

/** Who cannot log in has to see to that first; then comes what is set wrong, then the rest. */
function worstOf(checks: readonly Check[]): number {
  const codes = checks.flatMap(({ result, exitCode = 1 }) => (result === 'fail' ? [exitCode] : []))
  return [5, 2].find((code) => codes.includes(code)) ?? (codes.length > 0 ? 1 : 0)
}
