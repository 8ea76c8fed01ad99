import { startMongo } from '../dist/playground/mongo/server.js'
import { startOrg } from '../dist/playground/org/org.js'

// Both stand-ins, kept in a directory, until somebody kills this process. Usage: crash-target.js DIR PUBLIC_KEY.
const [dir, publicKey] = process.argv.slice(2)
const consumer = { clientId: 'crash', username: 'crash@mongohacks.example', publicKey }
const [org, mongo] = await Promise.all([
  startOrg({ consumer, journal: `${dir}/org` }),
  startMongo({ journal: `${dir}/mongo` }),
])
if (!org.isRestored) await Promise.all([org.keep(), mongo.keep()])
process.send({ org: org.url, mongo: mongo.uri })
