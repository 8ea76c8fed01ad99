import type { ArmedFault } from '../org/faults.js'
import type { FaultAnswer } from './answers.js'
import { ControlError } from './control-error.js'
import type { Controlled, ControlRoute } from './control-route.js'
import { readFault } from './fault-reader.js'

/** What is going to go wrong. */
export function faultRoutes({ faults }: Controlled): ControlRoute[] {
  const told = () => ({ json: faults.list().map(flat) })
  return [
    {
      method: 'GET',
      path: '/faults',
      means: 'the faults that wait, in the order in which they are tried',
      handle: told,
    },
    {
      method: 'POST',
      path: '/faults',
      means: 'arm one: {"kind": "drop", "applied": true, "method": "POST", "path": "*/sobjects/Contact", "times": 2}',
      async handle(call) {
        const id = faults.arm(readFault(await call.json()))
        return {
          json: faults
            .list()
            .filter((armed) => armed.id === id)
            .map(flat)[0],
        }
      },
    },
    {
      method: 'POST',
      path: '/faults/disarm',
      means: 'forget all that wait, or one: {"id": 3}',
      async handle(call) {
        const { id } = await call.json()
        if (id === undefined) faults.disarmAll()
        else if (typeof id !== 'number' || !faults.disarm(id)) {
          throw new ControlError(
            404,
            `no fault ${JSON.stringify(id)} waits`,
            'GET /playground/faults lists those that do.',
          )
        }
        return told()
      },
    },
  ]
}

function flat({ id, fault: { effect, method, path }, skip, times }: ArmedFault): FaultAnswer {
  return { id, ...effect, ...(method === undefined ? {} : { method }), path, skip, times }
}
