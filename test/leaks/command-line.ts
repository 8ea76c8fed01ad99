import { asJson, COMMANDS, type Tried } from './commands.js'
import { Scene, TROUBLES, type Trouble } from './sweep.js'

/** Every command in every trouble, as text and as JSON; prints what was searched and what was found. */
export async function main(typed: readonly string[]): Promise<number> {
  const only = typed[typed.indexOf('--only') + 1]
  const commands = COMMANDS.filter(({ id }) => !typed.includes('--only') || id === only)
  await using scene = await Scene.open()
  const hits: string[] = []
  const tries: [Tried, Trouble][] = TROUBLES.flatMap((trouble, at) =>
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
      `${commands.length} commands x ${TROUBLES.length} kinds of trouble: ${tries.length} processes`,
      `searched in ${sinks.length} sinks: ${sinks.join(', ')}`,
      `${hits.length} hits`,
      '',
    ].join('\n'),
  )
  return hits.length === 0 ? 0 : 1
}
