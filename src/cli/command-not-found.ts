import type { Hook } from '@oclif/core'
import { distance } from 'fastest-levenshtein'
import { MhError } from '../errors.js'
import { errorJson, errorText } from '../render/error.js'

/** oclif calls this for a command that does not exist: a usage error like any other, with the nearest that does. */
const commandNotFound: Hook<'command_not_found'> = ({ id, argv = [], config }) => {
  const typed = id.replaceAll(':', ' ')
  const names = config.commandIDs.map((name) => name.replaceAll(':', ' '))
  const [nearest] = names.sort((a, b) => distance(typed, a) - distance(typed, b))
  const hint = `Did you mean \`mh-sf ${nearest ?? 'help'}\`? \`mh-sf --help\` lists all commands.`
  const error = new MhError('USAGE', `There is no command "${typed}".`, hint)
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorJson(error), null, 2)}\n`)
  else process.stderr.write(`${errorText(error)}\n`)
  process.exitCode = error.exitCode
  return Promise.resolve()
}

export default commandNotFound
