/** Why somebody is not to be sent anywhere: they asked for it, they were erased, or a record of the org says so. */
export type OptOutCause = 'asked' | 'erased' | 'org'

/** That somebody is not to be sent anywhere. */
export interface OptOut {
  because: OptOutCause
  at: Date
  /** Which field of their record said so; `OPT_OUT_FIELD` where it does not stand here. */
  flag?: string
}

/** The field of Contact and Lead that says no to mail; hidden by field-level security unless an admin shows it (objects.md §1). */
export const OPT_OUT_FIELD = 'HasOptedOutOfEmail'

/** By which a Contact or Lead is linked to its Individual, where the org has them (objects.md §1). */
export const INDIVIDUAL_LINK = 'IndividualId'

/** What an Individual can say of its person: not to be processed, not to be marketed to, to be forgotten (objects.md §6). */
export const INDIVIDUAL_FLAGS = ['HasOptedOutProcessing', 'HasOptedOutSolicit', 'ShouldForget'] as const
export type IndividualFlag = (typeof INDIVIDUAL_FLAGS)[number]

/** Which flags of Individual keep somebody out, and which one is set for who opts out. */
export interface IndividualPolicy {
  obey: readonly IndividualFlag[]
  tell: 'HasOptedOutProcessing' | 'HasOptedOutSolicit' | 'nothing'
}

/** The fields of Contact and Lead in which the org may say no, as they are read. */
export function optOutFields({ obey }: IndividualPolicy): string[] {
  return [OPT_OUT_FIELD, ...obey.map((flag) => `Individual.${flag}`)]
}

const ANY_FLAG = optOutFields({ obey: INDIVIDUAL_FLAGS, tell: 'nothing' })

/** The field by which a record says no, of those that were read of it; one that was not read is unknown, and says nothing. */
export function flagThatSaysNo(read: Readonly<Record<string, string | undefined>> = {}): string | undefined {
  return ANY_FLAG.find((field) => read[field] === 'true')
}

/** The weakest first: of several the strongest holds. */
const STRENGTH: readonly OptOutCause[] = ['org', 'asked', 'erased']

/** The one of two that holds; of two that are alike, the first. */
export function stronger(a: OptOut | undefined, b: OptOut | undefined): OptOut | undefined {
  if (!a || !b) return a ?? b
  return STRENGTH.indexOf(b.because) > STRENGTH.indexOf(a.because) ? b : a
}

/**
 * Whether the org is not even asked about somebody. Whom only the org itself has opted out is still asked for: it is the org that says
 * when that is over.
 */
export function isLeftAlone(optOut: OptOut | undefined): optOut is OptOut {
  return optOut !== undefined && optOut.because !== 'org'
}

/** What is told of somebody who is left alone. */
export function whyLeftAlone({ because, at }: OptOut): string {
  const day = at.toISOString().slice(0, 10)
  return because === 'erased'
    ? `was erased on ${day}: the org is not asked about them`
    : `opted out on ${day}: the org is not asked about them`
}
