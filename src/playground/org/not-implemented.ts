import type { Route } from './api.js'
import { notImplemented } from './org-error.js'
import { METHODS } from './router.js'

/** What the platform has below `/services/data/vNN.0` and the playground lacks, each with all that is below it. */
const DATA = [
  '/actions',
  '/analytics',
  '/appMenu',
  '/async-queries',
  '/chatter',
  '/commerce',
  '/compactLayouts',
  '/connect',
  '/consent',
  '/dedupe',
  '/event',
  '/eventSchema',
  '/graphql',
  '/knowledgeManagement',
  '/nouns',
  '/parameterizedSearch',
  '/payments',
  '/process',
  '/quickActions',
  '/recent',
  '/scheduling',
  '/search',
  '/smartdatadiscovery',
  '/sobjects/:object/describe/approvalLayouts',
  '/sobjects/:object/describe/compactLayouts',
  '/sobjects/:object/describe/layouts',
  '/sobjects/:object/listviews',
  '/sobjects/:object/quickActions',
  '/sobjects/relevantItems',
  '/support',
  '/tabs',
  '/theme',
  '/tooling',
  '/ui-api',
  '/wave',
]

/** The same outside the data API. */
const SERVICES: Readonly<Record<string, string>> = {
  '/services/Soap/T': 'Tooling API over SOAP',
  '/services/Soap/c': 'enterprise SOAP API',
  '/services/Soap/class': 'Apex web services',
  '/services/Soap/s': 'Apex API over SOAP',
  '/services/async': 'Bulk API 1.0',
  '/services/apexrest': 'Apex REST',
  '/services/oauth2/device': 'device flow',
  '/services/oauth2/singleaccess': 'single access',
  '/services/oauth2/register': 'dynamic client registration',
  '/services/oauth2/logout': 'OAuth logout',
  '/services/auth': 'single logout and authentication providers',
  '/secur/logout.jsp': 'logout of a browser',
  '/secur/frontdoor.jsp': 'front door',
  '/idp': 'SAML identity provider',
  '/.well-known': 'well-known document',
  '/cometd': 'Streaming API',
}

/** Routes that say by name what is missing, so that they win over patterns such as `/sobjects/:object/:id`. */
export function lackingRoutes(): Route[] {
  return DATA.flatMap((path) =>
    METHODS.filter((method) => method !== 'HEAD').flatMap((method) => {
      const handle = () => {
        throw notImplemented(path.slice(1))
      }
      return [
        { method, path, handle },
        { method, path: `${path}/*`, handle },
      ]
    }),
  )
}

/** The name of a service outside the data API that the platform has and the playground lacks. */
export function lackingService(given: string): string | undefined {
  // Two slashes count as one here too (bulk2.md §12).
  const path = given.replace(/\/{2,}/g, '/')
  return Object.entries(SERVICES).find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1]
}
