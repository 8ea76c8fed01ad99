import type { Database } from './database.js'

/** A database of a server, and what of the platform's it has. */
export interface FoundDatabase {
  name: string
  hasPeople: boolean
  hasEvents: boolean
}

const SYSTEM = ['admin', 'local', 'config']

/** The databases of a server, the platform's first; undefined where this user may not list them. */
export async function foundDatabases({ client }: Database): Promise<FoundDatabase[] | undefined> {
  if (!client) return undefined
  const listed = await client
    .db('admin')
    .admin()
    .listDatabases({ nameOnly: true })
    .catch(() => undefined)
  if (!listed) return undefined
  const names = listed.databases.map(({ name }) => name).filter((name) => !SYSTEM.includes(name))
  const has = (name: string, collection: string) =>
    client
      .db(name)
      .collection(collection)
      .findOne({}, { projection: { _id: 1 } })
      .then(
        (found) => found !== null,
        () => false,
      )
  const found = await Promise.all(
    names.map(async (name) => {
      const [hasPeople, hasEvents] = await Promise.all([has(name, 'participants'), has(name, 'events')])
      return { name, hasPeople, hasEvents }
    }),
  )
  const weight = ({ hasPeople, hasEvents }: FoundDatabase) => Number(hasPeople) * 2 + Number(hasEvents)
  return found.sort((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name))
}

const URI = /^(mongodb(?:\+srv)?:\/\/)([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/u

/** The database that a connection string names; undefined where it names none, or is none. */
export function databaseOf(uri: string): string | undefined {
  const name = URI.exec(uri)?.[3]
  return name === undefined || name === '' ? undefined : decodeURIComponent(name)
}

/** Whether it is a connection string, and whether a password stands in it. */
export function isMongoUri(uri: string): { isOne: boolean; hasPassword: boolean } {
  const [, , hosts] = URI.exec(uri) ?? []
  return { isOne: hosts !== undefined, hasPassword: passwordIn(hosts ?? '') }
}

/** A user and a password stand before the last @, a port only behind it. */
function passwordIn(authority: string): boolean {
  return authority.slice(0, Math.max(0, authority.lastIndexOf('@'))).includes(':')
}

/**
 * The connection string for another database of the same server. A user logs in where they did before: without `authSource` the driver
 * asks the database of the path, or `admin` where there is none.
 */
export function withDatabase(uri: string, name: string): string {
  const [, scheme = '', hosts = '', path = '', query = ''] = URI.exec(uri) ?? []
  const before = path === '' ? 'admin' : decodeURIComponent(path)
  const isTold = !hosts.includes('@') || /(?:^|&)auth(?:Source|Mechanism)=/iu.test(query) || before === name
  const options = [query, ...(isTold ? [] : [`authSource=${encodeURIComponent(before)}`])].filter((each) => each !== '')
  return `${scheme}${hosts}/${encodeURIComponent(name)}${options.length > 0 ? `?${options.join('&')}` : ''}`
}
