import { type ComponentResult, failed } from './component-result.js'
import type { DeployOptions } from './deploy-options.js'
import { LimitExceeded, PackageFault } from './package-fault.js'
import { unpack } from './package-files.js'
import { type MetadataTarget, PackagePlan, type Step } from './package-plan.js'
import type { MetadataSettings } from './settings.js'

export type DeployState = 'Pending' | 'InProgress' | 'Succeeded' | 'SucceededPartial' | 'Failed' | 'Canceled'

/** What a new deploy is made of. */
export interface DeployRequest {
  /** 18 characters, prefix 0Af. */
  readonly id: string
  readonly zip: Uint8Array
  readonly options: DeployOptions
  readonly createdById: string
  /** Epoch milliseconds of the org's clock, as all times here. */
  readonly createdAt: number
}

/** A deploy as JSON. */
export interface KeptDeployment extends Omit<DeployRequest, 'zip'> {
  /** base64; none once the deploy has ended. */
  readonly zip?: string | undefined
  readonly outcome: Pick<Deployment, 'state' | 'startedAt' | 'endedAt' | 'components' | 'error'>
}

/** One deploy, from the zip to what became of each component. */
export class Deployment {
  readonly id: string
  readonly options: DeployOptions
  readonly createdById: string
  readonly createdAt: number
  state: DeployState = 'Pending'
  startedAt: number | undefined
  endedAt: number | undefined
  components: readonly ComponentResult[] = []
  /** Why the whole deploy failed; undefined when components did, or none. */
  error: { readonly code: string; readonly message: string } | undefined
  #zip: Uint8Array | undefined

  constructor({ id, zip, options, createdById, createdAt }: DeployRequest) {
    this.id = id
    this.options = options
    this.createdById = createdById
    this.createdAt = createdAt
    this.#zip = zip
  }

  /** As it was when it told of itself. */
  static restored({ zip = '', outcome, ...made }: KeptDeployment): Deployment {
    return Object.assign(new Deployment({ ...made, zip: Buffer.from(zip, 'base64') }), outcome)
  }

  get kept(): KeptDeployment {
    const { id, options, createdById, createdAt, state, startedAt, endedAt, components, error } = this
    const zip = this.#zip && Buffer.from(this.#zip).toString('base64')
    return { id, options, createdById, createdAt, zip, outcome: { state, startedAt, endedAt, components, error } }
  }

  get done(): boolean {
    return this.state !== 'Pending' && this.state !== 'InProgress'
  }

  /** Moves the deploy to where the clock says it is; when its time has come the org is changed, once. */
  advance(now: number, { deployQueueMs, deployProcessingMs }: MetadataSettings, target: MetadataTarget): void {
    const startsAt = this.createdAt + deployQueueMs
    if (this.state === 'Pending' && now >= startsAt) {
      this.state = 'InProgress'
      this.startedAt = startsAt
    }
    if (this.state !== 'InProgress' || now < startsAt + deployProcessingMs) return
    this.#run(target)
    this.#end(startsAt + deployProcessingMs)
  }

  /** Ends a deploy that has not ended. */
  cancel(now: number): void {
    this.state = 'Canceled'
    this.#end(now)
  }

  #end(now: number): void {
    this.endedAt = now
    this.#zip = undefined
  }

  #run(target: MetadataTarget): void {
    try {
      const packages = unpack(this.#zip ?? new Uint8Array(), this.options.singlePackage)
      this.#apply(packages.flatMap((files) => new PackagePlan(target, files, this.options).steps))
    } catch (error) {
      this.state = 'Failed'
      if (error instanceof LimitExceeded) this.error = { code: 'LIMIT_EXCEEDED', message: error.message }
      else if (error instanceof PackageFault) this.components = [faultResult(error)]
      else throw error
    }
  }

  #apply(steps: readonly Step[]): void {
    const { checkOnly, rollbackOnError } = this.options
    const broken = steps.some(({ result }) => !result.success)
    const some = steps.some(({ result }) => result.success && result.componentType !== '')
    this.components = steps.map(({ result }) => result)
    this.state = !broken ? 'Succeeded' : some && !rollbackOnError ? 'SucceededPartial' : 'Failed'
    if (!checkOnly && this.state !== 'Failed') for (const step of steps) step.apply?.()
  }
}

function faultResult({ fileName, message }: PackageFault): ComponentResult {
  return failed({ componentType: '', fullName: fileName, fileName }, message)
}
