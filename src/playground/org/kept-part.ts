import type { MovableClock } from '../movable-clock.js'

/** A part of the org beside its records that is to survive a restart. Entries are JSON. */
export interface KeptPart {
  readonly name: string
  /** What has changed since it was asked last; `isLast`: nobody will ask again. */
  changes(isLast: boolean): readonly unknown[]
  /** Called once changes that it gave out are on the disk; whoever acknowledges them waits. Does not reject. */
  written?(changes: readonly unknown[]): Promise<unknown>
  /** Entries that make up the whole of it. */
  whole(): Iterable<unknown>
  /** Takes in an entry, in the order in which they were given out. */
  restore(entry: unknown): void
  /** Called once all of the org was restored, before anybody asks it anything; what changes from then on is kept. */
  restored?(): Promise<void>
}

/** What is small enough to be written whole whenever it has changed. */
export interface SmallPart<T> {
  readonly name: string
  /** Another one when it has changed so much that it is worth writing. */
  readonly version: () => unknown
  readonly read: () => T
  readonly write: (value: T) => void
}

export function smallPart<T>({ name, version, read, write }: SmallPart<T>): KeptPart {
  let known = version()
  return {
    name,
    changes(isLast) {
      const now = version()
      if (now === known && !isLast) return []
      known = now
      return [read()]
    },
    whole: () => [read()],
    restore(entry) {
      write(entry as T)
      known = version()
    },
  }
}

/** Settings, any object of JSON values. */
export function keptSettings(settings: object): KeptPart {
  return smallPart({
    name: 'settings',
    version: () => JSON.stringify(settings),
    read: () => ({ ...settings }),
    write: (kept) => {
      Object.assign(settings, kept)
    },
  })
}

export function keptClock(clock: MovableClock): KeptPart {
  return smallPart({
    name: 'clock',
    version: () => (clock.state.frozen ? clock.state.now : clock.state.ahead),
    read: () => clock.state,
    write: (state) => {
      clock.restore(state)
    },
  })
}
