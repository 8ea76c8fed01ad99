import { setImmediate as turn } from 'node:timers/promises'
import type { Call, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import type { Dispatcher } from '../dispatcher.js'
import { type JsonObject, objectsOf, readObject } from '../json-body.js'
import { OrgError } from '../org-error.js'
import {
  haltedSubresponse,
  type Manner,
  runSubrequest,
  type Subrequest,
  type Subresponse,
  subrequestsOf,
} from './subrequests.js'

const MAX_SUBREQUESTS = 25
const MAX_HEAVY = 5
const MAX_NODES = 500
const HEAVY = /\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/
const INSIDE = /^\/services\/data\/v\d+\.\d+\/(?:sobjects|query|queryAll|limits|composite\/sobjects)(?:[/?]|$)/
/** A graph holds records only, no queries or collections. */
const INSIDE_GRAPH = /^\/services\/data\/v\d+\.\d+\/sobjects(?:[/?]|$)/

/** Several requests in one API call, each able to use the answers of earlier ones; graphs are atomic each (rest.md §8). */
export function compositeRoutes(core: OrgCore, dispatcher: () => Dispatcher): Route[] {
  const composite = new Composite(core, dispatcher)
  return [
    {
      method: 'POST',
      path: '/composite',
      handle: async (call) => ({ status: 200, json: await composite.run(call, await readObject(call)) }),
    },
    {
      method: 'POST',
      path: '/composite/graph',
      handle: async (call) => ({ status: 200, json: await composite.graphs(call, await readObject(call)) }),
    },
  ]
}

class Composite {
  readonly #core: OrgCore
  readonly #dispatcher: () => Dispatcher

  constructor(core: OrgCore, dispatcher: () => Dispatcher) {
    this.#core = core
    this.#dispatcher = dispatcher
  }

  /** `collateSubrequests` changes nothing that a client can see here: requests run in their order. */
  async run(call: Call, body: JsonObject): Promise<object> {
    const requests = subrequestsOf(body)
    checkCounts(requests)
    const { responses } = await this.#inOrder(call, requests, { asOne: body['allOrNone'] === true, inside: INSIDE })
    return { compositeResponse: responses }
  }

  async graphs(call: Call, body: JsonObject): Promise<object> {
    const graphs = objectsOf(body, 'graphs').map((graph) => ({
      graphId: String(graph['graphId']),
      requests: subrequestsOf(graph),
    }))
    const nodes = graphs.reduce((sum, { requests }) => sum + requests.length, 0)
    if (nodes > MAX_NODES) throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_NODES} nodes are allowed`)
    if (new Set(graphs.map(({ graphId }) => graphId)).size < graphs.length) {
      throw new OrgError(400, 'INVALID_INPUT', 'graphId must be unique')
    }
    const answers: object[] = []
    for (const { graphId, requests } of graphs) {
      const { responses, failed } = await this.#inOrder(call, requests, { asOne: true, inside: INSIDE_GRAPH })
      answers.push({ graphId, graphResponse: { compositeResponse: responses }, isSuccessful: !failed })
    }
    return { graphs: answers }
  }

  /**
   * What is saved as one is begun in a turn of the event loop of its own and waits for nothing that takes another: no
   * request of others comes in between, whose changes would be taken back too, or would have the journal keep a half.
   */
  async #inOrder(
    call: Call,
    requests: readonly Subrequest[],
    manner: Manner,
  ): Promise<{ responses: Subresponse[]; failed: boolean }> {
    if (manner.asOne) await turn()
    const savepoint = manner.asOne ? this.#core.store.savepoint() : undefined
    const answers = new Map<string, Subresponse>()
    for (const request of requests) {
      const response = await runSubrequest(this.#dispatcher(), call, request, answers, manner)
      answers.set(request.referenceId, response)
      if (savepoint === undefined || response.httpStatusCode < 400) continue
      savepoint.rollback()
      return { responses: requests.map((one) => (one === request ? response : haltedOf(one))), failed: true }
    }
    savepoint?.release()
    return { responses: [...answers.values()], failed: false }
  }
}

function haltedOf({ referenceId }: Subrequest): Subresponse {
  return haltedSubresponse(referenceId)
}

function checkCounts(requests: readonly Subrequest[]): void {
  if (requests.length > MAX_SUBREQUESTS) {
    throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_SUBREQUESTS} subrequests are allowed`)
  }
  if (requests.filter(({ url }) => HEAVY.test(url)).length > MAX_HEAVY) {
    throw new OrgError(400, 'LIMIT_EXCEEDED', `at most ${MAX_HEAVY} subrequests may be queries or collections`)
  }
}
