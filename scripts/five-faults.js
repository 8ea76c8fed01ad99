// Five faults armed, and what a jsforce client saw of each: `npm run build && node scripts/five-faults.js`.
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from 'jsforce'
import { startOrg } from '../dist/playground/org/org.js'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const consumer = {
  clientId: 'faults',
  clientSecret: 'secret',
  username: 'faults@example.org',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
}
const org = await startOrg({ consumer, settings: { passwordGrant: true, password: 'p', duplicateRules: 'off' } })
const oauth2 = { loginUrl: org.url, clientId: consumer.clientId, clientSecret: consumer.clientSecret }
const logIn = async () => {
  const connection = new Connection({ version: '66.0', oauth2 })
  await connection.login(consumer.username, 'p')
  return connection
}

/** A create under a fault: what came of it for the client, and in the org. */
const saw = async (name, path, effect, work) => {
  const connection = await logIn()
  const before = org.store.count('Contact')
  org.arm({ path, effect })
  const silence = delay(2000, 'nothing for two seconds')
  const call = work(connection).then(
    (result) => `an answer: ${JSON.stringify(result).slice(0, 60)}`,
    (error) =>
      `${error.errorCode ?? error.code ?? error.name}: ${String(error.message)
        .replace(/to http.*/, 'to the org …')
        .slice(0, 60)}`,
  )
  const told = await Promise.race([call, silence])
  org.disarm()
  console.log(`${name}: the client saw ${told}; records made: ${org.store.count('Contact') - before}`)
}

const create = (connection) => connection.sobject('Contact').create({ LastName: 'Once' })
const read = (connection) => connection.describeGlobal()
await saw('dropped before', '*/sobjects/Contact', { kind: 'drop', applied: false }, create)
await saw('dropped after', '*/sobjects/Contact', { kind: 'drop', applied: true }, create)
await saw('body cut', '*/sobjects', { kind: 'cut', bytes: 40 }, read)
await saw('maintenance page', '*/sobjects/Contact', { kind: 'maintenance' }, create)
await saw('session expired', '*/sobjects/Contact', { kind: 'expire' }, create)
await org.close()
process.exit(0)
