import { MhError } from '../errors.js'
import { printable } from './printable.js'
import { redact } from './redact.js'

/** An error as `--json` prints it. */
export interface ErrorJson {
  error: { code: string; message: string; hint?: string; exitCode: number }
}

/** Every failure as one that was foreseen; what was not is told as a bug, without its stack. */
export function asMhError(error: unknown): MhError {
  if (error instanceof MhError) return error
  const usage = isUsageError(error)
  if (usage) {
    const message = usage.message.replace(/\nSee more help with --help$/u, '')
    return new MhError('USAGE', message, 'The same command with --help shows what it takes.')
  }
  const name = error instanceof Error ? error.name : typeof error
  const message = error instanceof Error ? error.message : String(error)
  return new MhError(
    'UNEXPECTED',
    `Unexpected: ${name}: ${redact(message)}`,
    'This is a bug of mh-sf. Run again with DEBUG=mh-sf to see where.',
    { cause: error },
  )
}

/** For a person: what happened, the code, the next step. */
export function errorText(error: MhError): string {
  return errorLines(error).join('\n')
}

/** The same, a line each. */
export function errorLines({ code, message, hint }: MhError): string[] {
  const [first = '', ...rest] = lines(redact(message)).split('\n')
  const advice = hint === undefined ? [] : `hint: ${lines(hint)}`.split('\n')
  return [`error: ${first}  [${code}]`, ...rest, ...advice]
}

export function errorJson({ code, message, hint, exitCode }: MhError): ErrorJson {
  return { error: { code, message: redact(message), hint, exitCode } }
}

/** oclif's own complaints about flags and arguments carry exit code 2. */
function isUsageError(error: unknown): Error | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined
  const { oclif } = error as Error & { oclif?: { exit?: number } }
  return oclif?.exit === 2 ? error : undefined
}

function lines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
