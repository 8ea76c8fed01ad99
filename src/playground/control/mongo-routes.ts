import { ControlError } from './control-error.js'
import type { Controlled, ControlledMongo, ControlRoute } from './control-route.js'

const EXAMPLE = '{"mode": {"times": 1}, "data": {"failCommands": ["find"], "errorCode": 91}} or {"mode": "off"}'

/** The database beside the org. */
export function mongoRoutes({ mongo }: Controlled): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/mongo',
      means: 'how often each command came, and the fail point that is armed',
      handle: () => told(needed(mongo)),
    },
    {
      method: 'POST',
      path: '/mongo/fail-point',
      means: `arm failCommand as configureFailPoint does: ${EXAMPLE}`,
      async handle(call) {
        const server = needed(mongo)
        const body = await call.json()
        try {
          server.arm({ configureFailPoint: 'failCommand', ...body })
        } catch (error) {
          throw new ControlError(400, error instanceof Error ? error.message : String(error), `Send ${EXAMPLE}.`)
        }
        return told(server)
      },
    },
  ]
}

function told(mongo: ControlledMongo) {
  return { json: { commands: mongo.commands, failPoint: mongo.failPoint() } }
}

function needed(mongo: ControlledMongo | undefined): ControlledMongo {
  if (mongo !== undefined) return mongo
  throw new ControlError(409, 'this playground has no database', 'Start one without --org-only.')
}
