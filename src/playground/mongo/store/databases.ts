import { CommandError } from '../command-error.js'
import { ChangeLog } from './change-log.js'
import { Collection } from './collection.js'
import { LogicalClock } from './logical-clock.js'

/** All databases of the server: collections by name, made when they are first written to. */
export class Databases {
  readonly #databases = new Map<string, Map<string, Collection>>()
  readonly #now: () => number

  /** What the commands change in any of the databases. */
  readonly log: ChangeLog

  constructor(now: () => number) {
    this.#now = now
    this.log = new ChangeLog(new LogicalClock(now))
  }

  /** The collection if there is one, rid of what has expired. */
  find(database: string, name: string): Collection | undefined {
    assertDatabaseName(database)
    assertCollectionName(database, name)
    const collection = this.#databases.get(database)?.get(name)
    collection?.expire(this.#now())
    return collection
  }

  /** The collection, made if there is none. */
  open(database: string, name: string): Collection {
    const found = this.find(database, name)
    if (found) return found
    const made = new Collection(`${database}.${name}`, this.log)
    this.log.guard?.admitCatalog(made.namespace)
    this.attach(made)
    this.log.note({ kind: 'createCollection', collection: made })
    return made
  }

  /** Drops a collection, and its database when it was the last; false when there was none. */
  drop(database: string, name: string): boolean {
    const collection = this.#databases.get(database)?.get(name)
    if (!collection) return false
    this.log.guard?.admitCatalog(collection.namespace)
    this.detach(collection)
    this.log.note({ kind: 'dropCollection', collection })
    return true
  }

  /** Makes a collection one that can be found, without a note in the log. */
  attach(collection: Collection): void {
    const [database, name] = namesOf(collection)
    const collections = this.#databases.get(database) ?? new Map<string, Collection>()
    this.#databases.set(database, collections)
    collections.set(name, collection)
  }

  /** Makes a collection one that is not found, without a note in the log. */
  detach(collection: Collection): void {
    const [database, name] = namesOf(collection)
    const collections = this.#databases.get(database)
    if (collections?.get(name) === collection) collections.delete(name)
    if (collections?.size === 0) this.#databases.delete(database)
  }

  /** Undoes what the running command has changed, as far as commands that may meet a transaction change things. */
  undo(): void {
    for (const change of [...this.log.take()].reverse()) {
      if (change.kind === 'createCollection') this.detach(change.collection)
      else if (change.kind === 'dropCollection') this.attach(change.collection)
      else if ('record' in change) change.collection.put(change.record, change.before)
    }
  }

  dropDatabase(database: string): boolean {
    if (!this.#databases.has(database)) return false
    for (const [name] of this.collections(database)) this.drop(database, name)
    this.log.note({ kind: 'dropDatabase', database })
    return true
  }

  /** The names of the databases that have collections, in order. */
  names(): string[] {
    return [...this.#databases.keys()].sort()
  }

  /** The collections of a database, by name and in the order of their names. */
  collections(database: string): [string, Collection][] {
    const collections = [...(this.#databases.get(database) ?? [])]
    return collections.sort(([a], [b]) => (a < b ? -1 : 1))
  }
}

function namesOf({ namespace }: Collection): [string, string] {
  const dot = namespace.indexOf('.')
  return [namespace.slice(0, dot), namespace.slice(dot + 1)]
}

function assertDatabaseName(name: string): void {
  if (name !== '' && name.length < 64 && !/[/\\. "$\0]/.test(name)) return
  throw new CommandError(73, `Invalid namespace specified '${name}'`)
}

function assertCollectionName(database: string, name: string): void {
  const isWrong = name === '' || name.startsWith('.') || name.endsWith('.') || /[$\0]/.test(name)
  if (isWrong || name.startsWith('system.'))
    throw new CommandError(73, `Invalid namespace specified '${database}.${name}'`)
}
