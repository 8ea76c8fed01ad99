import type { OpenRoute } from '../api.js'
import type { OrgCore } from '../core.js'
import { soapRoutes } from './endpoint.js'
import { loginOperations } from './login.js'
import { recordOperations } from './record-operations.js'
import { sessionOperations } from './session-operations.js'

/** What the partner API has besides (calls of its WSDL): refused by name. */
const LACKING = [
  'changeOwnPassword',
  'deleteByExample',
  'describeAllTabs',
  'describeAppMenu',
  'describeApprovalLayout',
  'describeAvailableQuickActions',
  'describeCompactLayouts',
  'describeDataCategoryGroupStructures',
  'describeDataCategoryGroups',
  'describeGlobal',
  'describeGlobalTheme',
  'describeKnowledgeSettings',
  'describeLayout',
  'describeNouns',
  'describePathAssistants',
  'describePrimaryCompactLayouts',
  'describeQuickActions',
  'describeQuickActionsForRecordType',
  'describeSObject',
  'describeSObjectListViews',
  'describeSObjects',
  'describeSearchLayouts',
  'describeSearchScopeOrder',
  'describeSearchableEntities',
  'describeSoftphoneLayout',
  'describeSoqlListViews',
  'describeTabs',
  'describeTheme',
  'describeVisualForce',
  'executeListView',
  'findDuplicates',
  'findDuplicatesByIds',
  'getDeleted',
  'getUpdated',
  'invalidateSessions',
  'performQuickActions',
  'process',
  'query',
  'queryAll',
  'queryMore',
  'renderEmailTemplate',
  'renderStoredEmailTemplate',
  'resetPassword',
  'retrieve',
  'retrieveMassMergeQuickActionTemplates',
  'retrieveQuickActionTemplates',
  'search',
  'sendEmail',
  'sendEmailMessage',
  'setPassword',
]

/** The partner API, which jsforce's `conn.soap` and `conn.login` call (auth.md §7). */
export function partnerRoutes(core: OrgCore): OpenRoute[] {
  return soapRoutes(core, {
    path: '/services/Soap/u',
    namespaces: { api: 'urn:partner.soap.sforce.com', fault: 'urn:fault.partner.soap.sforce.com' },
    operations: { ...sessionOperations(core), ...recordOperations(core) },
    openOperations: loginOperations(core),
    lacking: LACKING,
  })
}
