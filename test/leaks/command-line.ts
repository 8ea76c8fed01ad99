import { asJson, COMMANDS, type Tried } from './commands.js'
import { Scene, TROUBLES, type Trouble } from './sweep.js'

/** Every command in every trouble, as text and as JSON; prints what was searched and what was found. Some of the troubles only with
 * `--from N --to N`, one command only with `--only ID`. */
export async function main(typed: readonly string[]): Promise<number> {
  const only = valueOf(typed, '--only')
  const commands = COMMANDS.filter(({ id }) => only === undefined || id === only)
  const troubles = TROUBLES.slice(
    Number(valueOf(typed, '--from') ?? 0),
    Number(valueOf(typed, '--to') ?? TROUBLES.length),
  )
  await using scene = await Scene.open()
  const hits: string[] = []
  const tries: [Tried, Trouble][] = troubles.flatMap((trouble, at) =>
    commands.map((tried, index): [Tried, Trouble] => [(at + index) % 2 === 0 ? tried : asJson(tried), trouble]),
  )
  for (const [tried, trouble] of tries) {
    const found = await scene.try(tried, trouble)
    for (const each of found) process.stderr.write(`${each}\n`)
    hits.push(...found)
  }
  const { read } = scene
  const sinks = Object.entries(read).map(([sink, characters]) => `${sink} (${Math.ceil(characters / 1_000)} kB)`)
  process.stdout.write(
    [
      `${commands.length} commands x ${troubles.length} kinds of trouble: ${tries.length} processes`,
      `searched in ${sinks.length} sinks: ${sinks.join(', ')}`,
      `${hits.length} hits`,
      '',
    ].join('\n'),
  )
  return hits.length === 0 ? 0 : 1
}

function valueOf(typed: readonly string[], flag: string): string | undefined {
  const at = typed.indexOf(flag)
  return at === -1 ? undefined : typed[at + 1]
}
