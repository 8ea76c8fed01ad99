import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { systemClock } from '../dist/clock.js'
import { noAttendances } from '../dist/domain/attendance.js'
import { MemberIndex } from '../dist/domain/member.js'
import { Org } from '../dist/salesforce/org.js'
import { pushMembers } from '../dist/sync/push-members.js'

// One push of bench/member-write.js in a process of its own, so that its peak memory is that of the client.
const { credentials, directory, campaignId, contacts, way } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const org = new Org(credentials, join(directory, 'sessions'), systemClock)
await org.session()
const people = noAttendances()
for (const id of contacts)
  people.members.set(id, { record: { object: 'Contact', id }, rung: 'registered', participantIds: [id] })
const tools = {
  org,
  clock: systemClock,
  signal: new AbortController().signal,
  asked: way,
  staging: join(directory, 'uploads'),
  onJob: () => undefined,
}
const labels = { registered: 'Registered', no_show: 'No Show', attended: 'Attended' }
const rules = { labels, names: {}, defaultLabel: 'Sent', correct: false, gone: {}, mark: 'Withdrawn' }
const contract = { campaignId, labels, defaultLabel: 'Sent', people: 0 }
const [started, before] = [performance.now(), org.calls]
const { report, stopped } = await pushMembers(tools, contract, people, new MemberIndex([]), rules)
if (stopped) throw stopped
const spent = { calls: org.calls - before, seconds: (performance.now() - started) / 1_000 }
const peak = Math.round(process.resourceUsage().maxRSS / 1_024)
process.stdout.write(JSON.stringify({ ...spent, rows: report.inserted, peak }))
