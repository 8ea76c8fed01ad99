import { Connection } from '../../support/jsforce.js'
import { JWT_BEARER, type RunningOrg } from '../../playground/org/running-org.js'

/** jsforce's own client, logged in by the JWT grant. It is used by its public API alone; nothing in it knows of the org. */
export async function connect(running: RunningOrg): Promise<Connection> {
  const connection = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
  await connection.authorize({ grant_type: JWT_BEARER, assertion: running.assertion() })
  connection.bulk2.pollInterval = 5
  return connection
}

/** `count` made-up people, `Person p0`, `p0@example.org`, …: no two alike, for those of another prefix. */
export function people(count: number, prefix = 'p'): { LastName: string; Email: string }[] {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  return names.map((name) => ({ LastName: `Person ${name}`, Email: `${name}@example.org` }))
}
