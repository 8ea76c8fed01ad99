import type { ControlledMongo } from './control/control-route.js'
import { type MongoStandIn, parseFailPoint } from './mongo/server.js'
import { runCommand } from './run-command.js'

/** Databases that are the server's own. */
const OWN = ['admin', 'config', 'local']

/** The database as the control surface sees it. What it does goes over the wire, as a client's commands do. */
export function controlledMongo(mongo: MongoStandIn): ControlledMongo {
  let before: Readonly<Record<string, number>> = {}
  return {
    get commands() {
      const counts = Object.entries(mongo.commands).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      return Object.fromEntries(counts.filter(([, count]) => count > 0))
    },
    failPoint: () => mongo.failPoint() ?? null,
    arm: (failPoint) => {
      mongo.arm(parseFailPoint(failPoint))
    },
    async clear() {
      mongo.arm({ configureFailPoint: 'failCommand', mode: 'off' })
      for (const name of await databases(mongo)) {
        if (!OWN.includes(name)) await runCommand(mongo.port, { dropDatabase: 1, $db: name })
      }
      before = { ...mongo.commands }
    },
  }
}

async function databases({ port }: MongoStandIn): Promise<string[]> {
  const { databases: listed } = await runCommand(port, { listDatabases: 1, nameOnly: true, $db: 'admin' })
  return (listed as { name: string }[]).map(({ name }) => name)
}
