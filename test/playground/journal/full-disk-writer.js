import { TextEncoder } from 'node:util'
import { Journal } from '../../../dist/playground/journal/journal.js'

// Appends until that fails, then prints how many were acknowledged and why no more. Usage: full-disk-writer.js DIR.
const state = { kind: 'map', replay: () => undefined, snapshot: () => [] }
const journal = await Journal.open(process.argv[2], state)
await journal.begin()
let acknowledged = 0
let code = ''
while (code === '' && acknowledged < 1_000) {
  const entry = JSON.stringify([`key ${acknowledged}`, 'v'.repeat(1_500)])
  await journal.append(new TextEncoder().encode(entry)).then(
    () => acknowledged++,
    (error) => (code = error.code),
  )
}
console.log(JSON.stringify({ acknowledged, code }))
