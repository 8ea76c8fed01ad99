/** One setting. Its default is its type too: what is written here is all that the control surface needs to change it. */
export interface Setting<T> {
  readonly initial: T
  /** What it does, for whoever changes it. */
  readonly means: string
  /** The values it takes, in words: `true or false`. */
  readonly takes: string
  accepts(value: unknown): boolean
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>

/** The values that a table of settings describes, each changeable. */
export type ValuesOf<S> = { -readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never }

/** Every setting at its default. */
export function initialValues<S extends SettingsTable>(table: S): ValuesOf<S> {
  return Object.fromEntries(Object.entries(table).map(([name, { initial }]) => [name, initial])) as ValuesOf<S>
}

export function flag(initial: boolean, means: string): Setting<boolean> {
  return { initial, means, takes: 'true or false', accepts: (value) => typeof value === 'boolean' }
}

/** A count, a size or milliseconds. */
export function whole(initial: number, means: string): Setting<number> {
  return { initial, means, takes: 'a whole number, 0 or more', accepts: isWhole }
}

/** The same, or null for none. */
export function wholeOrNull(initial: number | null, means: string): Setting<number | null> {
  const takes = 'a whole number, 0 or more, or null'
  return { initial, means, takes, accepts: (value) => value === null || isWhole(value) }
}

/** A part of all, as 0.25. */
export function share(initial: number, means: string): Setting<number> {
  const accepts = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1
  return { initial, means, takes: 'a number from 0 to 1', accepts }
}

export function text(initial: string, means: string): Setting<string> {
  return { initial, means, takes: 'a text', accepts: (value) => typeof value === 'string' }
}

export function oneOf<const V extends string | null>(values: readonly V[], initial: V, means: string): Setting<V> {
  const accepts = (value: unknown) => values.some((one) => one === value)
  return { initial, means, takes: `one of ${values.map(String).join(', ')}`, accepts }
}

/** At least one number above 0. */
export function wholes(initial: readonly number[], means: string): Setting<readonly number[]> {
  const accepts = (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => isWhole(one) && one !== 0)
  return { initial, means, takes: 'a list of whole numbers above 0', accepts }
}

export function texts(initial: readonly string[], means: string): Setting<readonly string[]> {
  const accepts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string')
  return { initial, means, takes: 'a list of texts', accepts }
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
