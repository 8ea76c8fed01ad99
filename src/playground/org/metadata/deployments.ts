import type { OrgCore } from '../core.js'
import { composeId } from '../ids.js'
import { type KeptPart, smallPart } from '../kept-part.js'
import { OrgError } from '../org-error.js'
import type { DeployOptions } from './deploy-options.js'
import { Deployment } from './deployment.js'
import { FieldIds } from './field-ids.js'
import type { MetadataTarget } from './package-plan.js'

/** The deploys of one org, made and looked at over REST and SOAP alike. */
export class Deployments {
  readonly #core: OrgCore
  readonly #byId = new Map<string, Deployment>()
  readonly #fieldIds = new FieldIds()

  constructor(core: OrgCore) {
    this.#core = core
    core.keep(this.#kept())
  }

  /** Forgets every deploy; what they made of the org stays. */
  clear(): void {
    this.#byId.clear()
  }

  start(zip: Uint8Array, options: DeployOptions, userId: string): Deployment {
    const id = composeId('0Af', this.#byId.size + 1)
    const deployment = new Deployment({ id, zip, options, createdById: userId, createdAt: this.#core.now() })
    this.#byId.set(id, deployment)
    // Told as it is at first, whatever has become of it by the first look.
    return deployment
  }

  /** Lets a deploy that needs no time take effect, although nobody asks for it again. */
  settle(deployment: Deployment): void {
    deployment.advance(this.#core.now(), this.#core.settings, this.#target(deployment.createdById))
  }

  /** A deploy by its 15- or 18-character id, as far on as the clock is; undefined for an unknown one. */
  find(id: string): Deployment | undefined {
    const found = this.#byId.get(id) ?? [...this.#byId.values()].find((one) => one.id.slice(0, 15) === id)
    if (found !== undefined) this.settle(found)
    return found
  }

  /** Throws OrgError for one that has ended. */
  cancel(deployment: Deployment): void {
    if (deployment.done) {
      throw new OrgError(400, 'INVALID_ID_FIELD', 'Deployment already completed')
    }
    deployment.cancel(this.#core.now())
  }

  /** For a restart; they are few and small. */
  #kept(): KeptPart {
    return smallPart({
      name: 'deployments',
      version: () => Array.from(this.#byId.values(), ({ state }) => state).join(),
      read: () => ({ fieldIds: this.#fieldIds.all, deploys: Array.from(this.#byId.values(), ({ kept }) => kept) }),
      write: ({ fieldIds, deploys }) => {
        this.#fieldIds.all = fieldIds
        this.#byId.clear()
        for (const kept of deploys) this.#byId.set(kept.id, Deployment.restored(kept))
      },
    })
  }

  #target(userId: string): MetadataTarget {
    const { store, dml } = this.#core
    return { store, dml, fieldIds: this.#fieldIds, userId }
  }
}
