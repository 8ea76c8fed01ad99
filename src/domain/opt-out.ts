/** Why somebody is not to be sent anywhere: they asked for it, they were erased, or a record of the org says so. */
export type OptOutCause = 'asked' | 'erased' | 'org'

/** That somebody is not to be sent anywhere. */
export interface OptOut {
  because: OptOutCause
  at: Date
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
