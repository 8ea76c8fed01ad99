import type { Store } from '../store.js'
import type { XmlFields } from '../soap/xml-writer.js'
import type { ComponentResult } from './component-result.js'
import type { Deployment } from './deployment.js'

/** A deploy as the Metadata API tells it (DeployResult): the same keys over REST and SOAP. The reference is silent on it. */
export function deployResult(deployment: Deployment, store: Store, includeDetails: boolean): XmlFields {
  const { options, components, error, startedAt, endedAt } = deployment
  const counted = components.filter(({ componentType }) => componentType !== '')
  const failures = components.filter(({ success }) => !success)
  return {
    checkOnly: options.checkOnly,
    ...(endedAt === undefined ? {} : { completedDate: iso(endedAt) }),
    createdBy: deployment.createdById,
    createdByName: nameOf(store, deployment.createdById),
    createdDate: iso(deployment.createdAt),
    ...(includeDetails ? { details: details(deployment) } : {}),
    done: deployment.done,
    ...(error === undefined ? {} : { errorMessage: `${error.code}: ${error.message}`, errorStatusCode: error.code }),
    id: deployment.id,
    ignoreWarnings: options.ignoreWarnings,
    lastModifiedDate: iso(endedAt ?? startedAt ?? deployment.createdAt),
    numberComponentErrors: failures.length,
    numberComponentsDeployed: counted.filter(({ success }) => success).length,
    numberComponentsTotal: new Set([...counted, ...failures]).size,
    numberTestErrors: 0,
    numberTestsCompleted: 0,
    numberTestsTotal: 0,
    rollbackOnError: options.rollbackOnError,
    runTestsEnabled: false,
    ...(startedAt === undefined ? {} : { startDate: iso(startedAt) }),
    status: deployment.state,
    success: deployment.state === 'Succeeded' || deployment.state === 'SucceededPartial',
  }
}

function details({ components, endedAt, createdAt }: Deployment): XmlFields {
  const messages = (wanted: boolean) =>
    components.filter(({ success }) => success === wanted).map((one) => message(one, endedAt ?? createdAt))
  return {
    componentFailures: messages(false),
    componentSuccesses: messages(true),
    runTestResult: { numFailures: 0, numTestsRun: 0, totalTime: 0 },
  }
}

function message(result: ComponentResult, at: number): XmlFields {
  return { ...result, createdDate: iso(at) }
}

function nameOf(store: Store, userId: string): string {
  const name = store.get(userId)?.['Name']
  return typeof name === 'string' ? name : ''
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
