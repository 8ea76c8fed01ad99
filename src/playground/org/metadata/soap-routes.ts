import type { OpenRoute } from '../api.js'
import type { OrgCore } from '../core.js'
import { OrgError } from '../org-error.js'
import { type SoapOperations, soapRoutes } from '../soap/endpoint.js'
import { childOf, textOf, type XmlElement } from '../soap/xml-element.js'
import type { XmlFields } from '../soap/xml-writer.js'
import { optionsFromXml } from './deploy-options.js'
import { deployResult } from './deploy-result.js'
import type { Deployment } from './deployment.js'
import type { Deployments } from './deployments.js'

const NAMESPACE = 'http://soap.sforce.com/2006/04/metadata'

/** What the Metadata API has besides (calls of its WSDL): refused by name. */
const LACKING = [
  'checkRetrieveStatus',
  'checkStatus',
  'createMetadata',
  'deleteMetadata',
  'deployRecentValidation',
  'describeValueType',
  'listMetadata',
  'readMetadata',
  'renameMetadata',
  'retrieve',
  'updateMetadata',
  'upsertMetadata',
]

/** The SOAP Metadata API as jsforce and the Salesforce CLI call it; the reference is silent on it. */
export function metadataRoutes(core: OrgCore, deployments: Deployments): OpenRoute[] {
  return soapRoutes(core, {
    path: '/services/Soap/m',
    namespaces: { api: NAMESPACE, fault: NAMESPACE },
    operations: operations(core, deployments),
    lacking: LACKING,
  })
}

function operations(core: OrgCore, deployments: Deployments): SoapOperations {
  return {
    deploy: ({ operation, session }) => {
      const zip = Buffer.from(textOf(operation, 'ZipFile') ?? '', 'base64')
      const options = optionsFromXml(childOf(operation, 'DeployOptions'))
      const deployment = deployments.start(zip, options, session.userId)
      deployments.settle(deployment)
      // An AsyncResult, which tells nothing but the id.
      return { done: false, id: deployment.id, state: 'Queued' }
    },
    checkDeployStatus: ({ operation }) => {
      const deployment = wanted(deployments, operation, 'asyncProcessId')
      return deployResult(deployment, core.store, textOf(operation, 'includeDetails')?.trim() === 'true')
    },
    cancelDeploy: ({ operation }) => {
      // The WSDL calls the id `String`, jsforce `id`.
      const deployment = wanted(deployments, operation, childOf(operation, 'String') === undefined ? 'id' : 'String')
      deployments.cancel(deployment)
      return { done: true, id: deployment.id }
    },
    describeMetadata,
  }
}

function wanted(deployments: Deployments, operation: XmlElement, name: string): Deployment {
  const found = deployments.find(textOf(operation, name)?.trim() ?? '')
  if (found === undefined) throw new OrgError(500, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  return found
}

/** The kinds of metadata that can be deployed here. */
function describeMetadata(): XmlFields {
  const plain = { inFolder: false, metaFile: false }
  return {
    metadataObjects: [
      { childXmlNames: ['CustomField'], directoryName: 'objects', ...plain, suffix: 'object', xmlName: 'CustomObject' },
      { directoryName: 'permissionsets', ...plain, suffix: 'permissionset', xmlName: 'PermissionSet' },
    ],
    organizationNamespace: '',
    partialSaveAllowed: true,
    testRequired: false,
  }
}
