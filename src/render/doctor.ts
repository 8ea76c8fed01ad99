import type { Check, Result } from '../domain/check.js'
import type { Diagnosis } from '../domain/doctor.js'
import { emphasised } from './emphasis.js'
import { plural, printable } from './printable.js'
import { table } from './table.js'

/** Each check with its sentence, and the next step below what is not well; 80 columns. */
export function doctorText({ checks, counts }: Diagnosis): string {
  const { warn, fail } = counts
  const verdict =
    fail > 0
      ? emphasised(`${plural(fail, 'thing')} ${fail === 1 ? 'has' : 'have'} to be put right.`, 'wrong')
      : warn > 0
        ? emphasised(`It works; ${plural(warn, 'thing')} may be better.`, 'look')
        : emphasised('All is well.', 'fine')
  return [table(checks.flatMap(rowsOf), [4, 17]), '', verdict].join('\n')
}

function rowsOf({ name, result, text, fix }: Check): string[][] {
  const row = [marked(result), name, tidy(text)]
  return fix === undefined ? [row] : [row, ['', '', `> ${tidy(fix)}`]]
}

function marked(result: Result): string {
  if (result === 'pass') return 'ok'
  if (result === 'skipped') return '-'
  return emphasised(result, result === 'warn' ? 'look' : 'wrong')
}

/** Without what sets its lines apart elsewhere: here they are in a column. */
function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/\s+/gu, ' ').trim())
  return lines.map(printable).join('\n')
}

/** The same for a program. */
export function doctorJson({ checks, counts, exitCode }: Diagnosis): object {
  return {
    exitCode,
    counts,
    checks: checks.map(({ name, result, text, fix }) => ({ name, result, text, fix: fix ?? null })),
  }
}
