import type { DescribedOrg, FieldSettings, RightSettings } from './org-schema.js'
import type { Quota } from './quota.js'
import type { Retention } from './retention.js'

/** Why something could not be read: an error as it would have ended a command. */
export interface Problem {
  code: string
  message: string
  hint?: string
  exitCode: number
}

/** What was read; or why it could not be; or why nobody tried. */
export type Reading<T> = { value: T } | { problem: Problem } | { skipped: string }

export interface DatabaseReading {
  name: string
  host: string
  hasPeople: boolean
  hasEvents: boolean
  /** Databases of the same server that have participants. */
  others: readonly string[]
  /** The server's clock less ours, in milliseconds. */
  skewMs: number
  /** Why a document of our own could not be written and removed again. */
  writing?: Problem
  /** Collections of ours that are there without the index that ends what is old. */
  bareCollections: readonly string[]
}

export interface SampleReading {
  looked: number
  /** Documents that are no participants: their `_id` is no ObjectId. */
  unreadable: number
  /** Addresses that nobody can be found by. */
  badAddresses: number
  /** Registered for nothing. */
  withoutEvent: number
}

export interface OrgReading {
  host: string
  apiVersion: string
  /** The org's clock less ours, in milliseconds; absent where it did not say. */
  skewMs?: number
  quota: Quota
  described: DescribedOrg
  isMarketingUser?: boolean
}

/** A Campaign of ours that lacks statuses for its members. */
export interface BareCampaign {
  name: string
  lacks: readonly string[]
}

export interface FilesReading {
  /** Where sessions are kept. */
  directory: string
  /** Why it cannot be written to. */
  notWritable?: string
  freeBytes: number
  /** Files and directories of secrets that others may read, with the command that puts each right. */
  open: readonly { path: string; fix: string; refused: boolean }[]
}

/** Where secrets of logins are kept. */
export interface SecretStoreReading {
  asked: 'auto' | 'keychain' | 'file'
  used: 'keychain' | 'file'
  /** Why the keychain does not help. */
  why?: string
  /** It is there, and does not. */
  isBroken?: boolean
}

export interface NightsReading {
  lastAt?: Date
  lastGoodAt?: Date
}

/** A way to tell people of alerts that somebody has configured. */
export interface ChannelReading {
  name: string
  /** Why its settings cannot be used. */
  wrong?: Problem
}

/** All that the doctor looked at. */
export interface DoctorFacts {
  now: Date
  /** Version of Node, as in 20.19.4. */
  node: string
  /** Where the config file is, and whether there is one. */
  config: Reading<{ path: string; isThere: boolean }>
  settings: Reading<object>
  /** Names of the environment that look like ours and mean nothing, with what was probably meant. */
  strangeNames: readonly { name: string; suggestion?: string }[]
  files: Reading<FilesReading>
  secretStore: Reading<SecretStoreReading>
  database: Reading<DatabaseReading>
  sample: Reading<SampleReading>
  org: Reading<OrgReading>
  statuses: Reading<readonly BareCampaign[]>
  redis: Reading<object>
  nights: Reading<NightsReading>
  channels: readonly ChannelReading[]
}

export interface DoctorPolicy extends FieldSettings, RightSettings {
  apiVersion: string
  nightHours: number
  retention: Retention & { keepDays: number }
  campaign: FieldSettings['campaign'] &
    RightSettings['campaign'] & { type?: string; status: Readonly<Record<string, string>> }
  writeBack: FieldSettings['writeBack'] & RightSettings['writeBack']
  leads: FieldSettings['leads'] & RightSettings['leads']
}
