import { EJSON } from 'bson'
import { type Difference } from './comparison.js'
import { type Failure, type Report } from './differential.js'

/** What a comparison came to, for a person: operations by kind, known differences with their counts, and the failure. */
export function reportText({ operations, accepted, failure }: Report): string {
  const total = [...operations.values()].reduce((sum, count) => sum + count, 0)
  return [
    `${total} operations on both servers`,
    ...table(operations),
    `known differences met: ${[...accepted.values()].reduce((sum, count) => sum + count, 0)}`,
    ...table(accepted),
    ...(failure ? failureLines(failure) : ['differences found: none']),
  ].join('\n')
}

function table(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`)
}

function failureLines({ seed, stream, difference }: Failure): string[] {
  return [
    `differences found: one, by seed ${seed}; the stream made small:`,
    ...stream.map((operation, i) => `  ${i}  ${inline(operation)}`),
    ...differenceLines(difference),
  ]
}

function differenceLines({ at, operation, ours, theirs }: Difference): string[] {
  const where = operation ? `operation ${at}` : 'the state after all'
  return [`they disagree on ${where}:`, `  embedded:  ${inline(ours)}`, `  real:      ${inline(theirs)}`]
}

function inline(value: unknown): string {
  return EJSON.stringify(value, { relaxed: true })
}
