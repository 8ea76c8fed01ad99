import { OPT_OUT_FIELD, type IndividualFlag, type IndividualPolicy, type OptOut } from '../domain/opt-out.js'
import { MhError } from '../errors.js'
import type { Clock } from '../clock.js'
import type { Database } from '../mongo/database.js'
import { OptOuts, type Traits } from '../mongo/opt-outs.js'
import { PersonTraces } from '../mongo/person-traces.js'
import { updateRecords } from '../salesforce/collections.js'
import { readFieldDetails } from '../salesforce/field-details.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { asRun, endOf, noted, type BeginRun, type RunEvent } from '../sync/run.js'
import { findPerson, traitsOf, traitsTyped, type Person, type PersonRecord } from './find-person.js'

export interface PrivacyTools {
  database: Database
  clock: Clock
  individual: IndividualPolicy
  /** Absent where no org is configured: what is noted here holds all the same. */
  org?: { source: PeopleSource; begin: BeginRun }
}

/** What became of one record's own flag. */
export interface FlaggedRecord {
  object: 'Contact' | 'Lead' | 'Individual'
  id: string
  field: string
  /** `already`: it said so; `left`: somebody else set it; otherwise why it was not written. */
  outcome: 'set' | 'already' | 'left' | 'the user may not write it' | 'converted' | { refused: string }
}

type Individual = Required<PersonRecord>['individual']

/** A flag of a record, as it was found. */
interface Flag extends Pick<FlaggedRecord, 'object' | 'id' | 'field'> {
  /** Undefined where the user may not see it. */
  value?: boolean
  converted: boolean
}

export interface OptOutResult {
  /** Absent where no org is configured. */
  runId?: string
  person: Person
  /** What was noted before. */
  before?: OptOut
  records: FlaggedRecord[]
  /** Members that earlier runs wrote down. */
  memberships: number
  calls: number
}

/**
 * Notes that somebody is not to be sent anywhere. That comes first and holds from then on, whatever becomes of the org; then the records
 * of the org are told, where the user may write their flag.
 */
export async function optOut(
  tools: PrivacyTools,
  typed: string,
  watch: (event: RunEvent) => void,
): Promise<OptOutResult> {
  const { database, clock, org, individual } = tools
  const optOuts = new OptOuts(database)
  const given = traitsTyped(typed)
  const known = await findPerson({ database }, given)
  const before = await optOuts.find(allTraits(given, known))
  const looked = await refuseNobody(tools, given, known, before)
  await optOuts.note(allTraits(given, known), 'asked', clock.now())
  const result = await withRecords(tools, given, known, before, watch, async (person, set) => {
    await optOuts.note(allTraits(given, person), 'asked', clock.now())
    const records = await set(true, flagsOf(person, individual))
    await optOuts.noteFlagged(records.filter(({ outcome }) => outcome === 'set').map(({ id }) => id))
    return records
  }).catch((error: unknown) => {
    if (!(error instanceof MhError) || !org) throw error
    throw new MhError(
      error.code,
      `The opt-out is noted and holds from now on. Salesforce itself could not be told: ${error.message}`,
      error.hint,
      { cause: error },
    )
  })
  return { ...result, calls: looked + result.calls }
}

/**
 * Takes back that somebody is not to be sent anywhere, because they agreed again. A flag of the org goes only where we set it; one that
 * somebody else set stays, and keeps them out.
 */
export async function optIn(
  tools: PrivacyTools,
  typed: string,
  watch: (event: RunEvent) => void,
): Promise<OptOutResult> {
  const { database, individual } = tools
  const optOuts = new OptOuts(database)
  const given = traitsTyped(typed)
  const known = await findPerson({ database }, given)
  const before = await optOuts.find(allTraits(given, known))
  const looked = await refuseNobody(tools, given, known, before)
  const result = await withRecords(tools, given, known, before, watch, async (person, set) => {
    const flags = flagsOf(person, individual)
    const told = await optOuts.flagged(flags.map(({ id }) => id))
    const others = [...flags.filter(({ id }) => !told.has(id)), ...otherFlagsOf(person, individual)]
    return [
      ...(await set(
        false,
        flags.filter(({ id }) => told.has(id)),
      )),
      ...others.flatMap(({ object, id, field, value }): FlaggedRecord[] =>
        value === true ? [{ object, id, field, outcome: 'left' }] : [],
      ),
    ]
  })
  await optOuts.lift(allTraits(given, result.person))
  return { ...result, calls: looked + result.calls }
}

/** What somebody is known by, and the participant's id that was typed, whose document may be gone. */
function allTraits({ participantIds }: Required<Traits>, person: Person): Required<Traits> {
  const traits = traitsOf(person)
  return { ...traits, participantIds: [...new Set([...participantIds, ...traits.participantIds])] }
}

type SetFlag = (value: boolean, flags: readonly Flag[]) => Promise<FlaggedRecord[]>

/** As a run that stands in nobody's way: what a person asks for does not wait for a night. */
async function withRecords(
  { database, org }: PrivacyTools,
  given: ReturnType<typeof traitsTyped>,
  known: Person,
  before: OptOut | undefined,
  watch: (event: RunEvent) => void,
  tell: (person: Person, set: SetFlag) => Promise<FlaggedRecord[]>,
): Promise<OptOutResult> {
  const rest = { ...(before ? { before } : {}), memberships: membershipsOf(known) }
  if (!org) return { person: known, records: [], calls: 0, ...rest }
  const { source, begin } = org
  const calls = source.org.calls
  return asRun(
    { begin, scopes: [], watch },
    async (run) => {
      source.org.beginLookup()
      // What an admin has shown since the list of fields was read is to be told, too.
      await source.fields.read(true)
      const person = await findPerson({ database, source }, { ...given, emails: known.emails })
      const participantIds = person.participants.map(({ id }) => id)
      const set: SetFlag = async (value, flags) => {
        const written: FlaggedRecord[] = []
        for (const object of ['Contact', 'Lead', 'Individual'] as const) {
          const some = flags.filter((each) => each.object === object)
          const [{ field } = { field: '' }] = some
          if (some.length === 0) continue
          const details = await readFieldDetails(source.org, object)
          const mayWrite = details.get(field)?.updateable === true
          const owed = some.filter((flag) => mayWrite && !flag.converted && flag.value !== value)
          const lines = await run?.intend(
            owed.map((flag) => ({
              object,
              action: 'update',
              key: flag.id,
              before: { [field]: flag.value ?? null },
              after: { [field]: value },
              participantIds,
            })),
          )
          const outcomes = new Map<string, FlaggedRecord['outcome']>()
          const rows = owed.map(({ id }) => ({ Id: id, [field]: value }))
          await updateRecords(source.org, object, rows, async (first, answers) => {
            for (const [at, answer] of answers.entries())
              outcomes.set(owed[first + at]?.id ?? '', answer.ok ? 'set' : { refused: answer.code })
            if (lines) await run?.settle(noted(lines, first, answers))
          })
          written.push(
            ...some.map(({ id, value: was, converted }): FlaggedRecord => {
              const why = was === value ? 'already' : converted ? 'converted' : 'the user may not write it'
              return { object, id, field, outcome: outcomes.get(id) ?? why }
            }),
          )
        }
        return written
      }
      const records = await tell(person, set)
      return {
        runId: run?.id,
        person,
        records,
        calls: source.org.calls - calls,
        ...rest,
        memberships: membershipsOf(person),
      }
    },
    ({ records }) => endOf(undefined, hasRefused(records)),
  )
}

/** The flags that the org is told: that of each Contact and Lead, and one of each Individual that they are linked to. */
function flagsOf({ records }: Person, { tell }: IndividualPolicy): Flag[] {
  return [
    ...records.map(({ object, id, optedOut, converted }) => ({
      ...{ object, id, field: OPT_OUT_FIELD, converted },
      ...(optedOut === undefined ? {} : { value: optedOut }),
    })),
    ...(tell === 'nothing' ? [] : individualsOf(records).map((each) => flagOf(each, tell))),
  ]
}

/** The flags of Individuals that are obeyed, and that nobody is told. */
function otherFlagsOf({ records }: Person, { obey, tell }: IndividualPolicy): Flag[] {
  const others = obey.filter((flag) => flag !== tell)
  return individualsOf(records).flatMap((each) => others.map((field) => flagOf(each, field)))
}

function individualsOf(records: Person['records']): Individual[] {
  const all = records.flatMap(({ individual }) => individual ?? [])
  return [...new Map(all.map((each) => [each.id, each])).values()]
}

function flagOf({ id, flags }: Individual, field: IndividualFlag): Flag {
  const value = flags[field]
  return { object: 'Individual', id, field, converted: false, ...(value === undefined ? {} : { value }) }
}

/** Whether the org refused what it was told. */
export function hasRefused(records: readonly FlaggedRecord[]): boolean {
  return records.some(({ outcome }) => typeof outcome === 'object')
}

function membershipsOf({ participants }: Person): number {
  return participants.reduce((sum, { memberships }) => sum + memberships.length, 0)
}

/**
 * An id that neither side knows is a slip, and nothing is noted of it; an address that nobody has may be somebody's tomorrow. Salesforce is
 * asked only about a record of which nothing here tells. Returns the calls that this took.
 */
async function refuseNobody(
  { database, org }: PrivacyTools,
  given: ReturnType<typeof traitsTyped>,
  known: Person,
  before: OptOut | undefined,
): Promise<number> {
  if (known.emails.length + known.participants.length > 0 || before) return 0
  if (known.recordIds.length === 0) {
    throw new MhError(
      'NOT_FOUND',
      'No participant of the platform has this id.',
      'Give the address: it is noted even before anybody registers with it.',
    )
  }
  if (await isTraced(database, known)) return 0
  const calls = org?.source.org.calls ?? 0
  if (org && (await isInOrg(database, org.source, given))) return org.source.org.calls - calls
  throw new MhError(
    'NOT_FOUND',
    org
      ? 'Neither Salesforce nor the platform nor our own notes know a contact or lead of this id.'
      : 'Nothing here knows a contact or lead of this id, and no org is configured that could be asked.',
    'Give the address: it is noted even before anybody registers with it.',
  )
}

/** Whether our own notes speak of one of these records, though no participant is linked to it any more. */
async function isTraced(database: Database, { recordIds }: Person): Promise<boolean> {
  const [traces, keys] = [new PersonTraces(database), { emails: [], participantIds: [], recordIds }]
  for (const trace of [...traces.removed(keys), traces.lines(keys)]) if ((await traces.count(trace)) > 0) return true
  return false
}

async function isInOrg(
  database: Database,
  source: PeopleSource,
  given: ReturnType<typeof traitsTyped>,
): Promise<boolean> {
  source.org.beginLookup()
  const found = await findPerson({ database, source }, given).catch((error: unknown) => {
    if (!(error instanceof MhError)) throw error
    throw new MhError(
      error.code,
      `Nothing was noted: nobody here has this id, and Salesforce could not be asked about it: ${error.message}`,
      'Give the address: it is noted whether Salesforce answers or not.',
      { cause: error },
    )
  })
  return found.records.length > 0
}
