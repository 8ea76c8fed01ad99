import type { Hook } from '@oclif/core'
import { distance } from 'fastest-levenshtein'
import { MhError } from '../errors.js'
import { errorJson, errorText } from '../render/error.js'
import { printableJson } from '../render/printable.js'

/** oclif calls this for a command that does not exist: a usage error like any other, with the nearest that does. */
const commandNotFound: Hook<'command_not_found'> = ({ id, argv = [], config }) => {
  const typed = id.replaceAll(':', ' ')
  const names = config.commandIDs.map((name) => name.replaceAll(':', ' '))
  const begun = names.find((name) => typed.startsWith(`${name} `))
  const hint = begun
    ? `\`mh-sf ${begun} --help\` shows what it takes.`
    : `Did you mean \`mh-sf ${nearest(typed, names)}\`? \`mh-sf --help\` lists all commands.`
  const what = begun
    ? `"mh-sf ${begun}" does not take "${typed.slice(begun.length + 1)}".`
    : `There is no command "${typed}".`
  const error = new MhError('USAGE', what, hint)
  if (argv.includes('--json')) process.stdout.write(`${printableJson(errorJson(error), 2)}\n`)
  else process.stderr.write(`${errorText(error)}\n`)
  process.exitCode = error.exitCode
  return Promise.resolve()
}

/** The name most like what was typed, as a whole or in its last word: "login" is meant for "auth login". */
function nearest(typed: string, names: readonly string[]): string {
  const far = (name: string) => Math.min(distance(typed, name), distance(typed, name.split(' ').at(-1) ?? name))
  return [...names].sort((a, b) => far(a) - far(b))[0] ?? 'help'
}

export default commandNotFound
