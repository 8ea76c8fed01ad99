import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { isObject, readObject } from '../json-body.js'
import { partsOf } from '../multipart.js'
import { notFound, notImplemented, OrgError } from '../org-error.js'
import { optionsFromJson } from './deploy-options.js'
import { deployResult } from './deploy-result.js'
import type { Deployment } from './deployment.js'
import type { Deployments } from './deployments.js'

/**
 * Deploys over REST. The reference is silent on them; paths, parts and answers are those of the public Metadata API guide
 * and of what jsforce's `deployRest` sends.
 */
export function deployRoutes(core: OrgCore, deployments: Deployments): Route[] {
  const api = new DeployApi(core, deployments)
  return [
    { method: 'POST', path: '/metadata/deployRequest', handle: (call) => api.create(call) },
    { method: 'GET', path: '/metadata/deployRequest/:id', handle: (call) => api.show(call) },
    { method: 'PATCH', path: '/metadata/deployRequest/:id', handle: (call) => api.change(call) },
  ]
}

class DeployApi {
  readonly #core: OrgCore
  readonly #deployments: Deployments

  constructor(core: OrgCore, deployments: Deployments) {
    this.#core = core
    this.#deployments = deployments
  }

  async create(call: Call): Promise<Reply> {
    const type = call.headers['content-type'] ?? ''
    if (!/^multipart\/form-data\b/i.test(type)) throw notImplemented('deploying a recent validation')
    const { zip, json } = requestOf(await call.body(), type)
    const options = optionsFromJson(isObject(json) ? json['deployOptions'] : undefined)
    const deployment = this.#deployments.start(zip, options, call.session.userId)
    const reply = { status: 201, json: this.#json(call, deployment, false) }
    this.#deployments.settle(deployment)
    return reply
  }

  show(call: Call): Reply {
    const deployment = this.#deployment(call)
    return { status: 200, json: this.#json(call, deployment, call.query.get('includeDetails') === 'true') }
  }

  /** `{"deployResult":{"status":"Canceling"}}` */
  async change(call: Call): Promise<Reply> {
    const deployment = this.#deployment(call)
    const { deployResult: wanted } = await readObject(call)
    if (!isObject(wanted) || wanted['status'] !== 'Canceling') {
      throw new OrgError(400, 'INVALID_FIELD', 'a deploy can only be changed to the status Canceling')
    }
    this.#deployments.cancel(deployment)
    return { status: 202, json: this.#json(call, deployment, false) }
  }

  #deployment(call: Call): Deployment {
    const found = this.#deployments.find(call.params['id'] ?? '')
    if (found === undefined) throw notFound()
    return found
  }

  #json(call: Call, deployment: Deployment, details: boolean): object {
    return {
      id: deployment.id,
      validatedDeployRequestId: null,
      url: `${this.#core.url()}/services/data/v${call.version}/metadata/deployRequest/${deployment.id}`,
      deployOptions: deployment.options,
      deployResult: deployResult(deployment, this.#core.store, details),
    }
  }
}

/** The zip is the part `file`; the options are the other one, whose name clients do not agree on. */
function requestOf(body: Buffer, type: string): { readonly zip: Buffer; readonly json: unknown } {
  const parts = partsOf(body, type)
  const file = parts.find(({ name }) => name === 'file')
  const other = parts.find(({ name }) => name !== 'file')
  if (file === undefined)
    throw new OrgError(400, 'INVALID_MULTIPART_REQUEST', 'there is no part named file with the zip')
  return { zip: file.body, json: parsed(other?.body.toString('utf8') ?? '{}') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new OrgError(400, 'JSON_PARSER_ERROR', error instanceof Error ? error.message : 'not JSON')
  }
}
