/** What the platform has below `/services/data/vNN.0` and the playground lacks: first path segments, or paths. */
const DATA = [
  '/actions',
  '/analytics',
  '/appMenu',
  '/async-queries',
  '/chatter',
  '/commerce',
  '/compactLayouts',
  '/composite/batch',
  '/composite/graph',
  '/composite/tree',
  '/connect',
  '/consent',
  '/dedupe',
  '/event',
  '/eventSchema',
  '/graphql',
  '/jobs',
  '/knowledgeManagement',
  '/metadata',
  '/nouns',
  '/parameterizedSearch',
  '/payments',
  '/process',
  '/quickActions',
  '/recent',
  '/scheduling',
  '/search',
  '/smartdatadiscovery',
  '/sobjects/:object/:id/:relation',
  '/sobjects/:object/deleted',
  '/sobjects/:object/describe/approvalLayouts',
  '/sobjects/:object/describe/compactLayouts',
  '/sobjects/:object/describe/layouts',
  '/sobjects/:object/listviews',
  '/sobjects/:object/quickActions',
  '/sobjects/:object/updated',
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
  '/services/Soap': 'SOAP API',
  '/services/async': 'Bulk API 1.0',
  '/services/apexrest': 'Apex REST',
  '/services/oauth2/authorize': 'web server flow',
  '/services/oauth2/device': 'device flow',
  '/services/oauth2/singleaccess': 'single access',
  '/services/oauth2/register': 'dynamic client registration',
  '/.well-known': 'OpenID discovery',
  '/id': 'identity URL',
  '/cometd': 'Streaming API',
}

/** The name of a data resource that the platform has and the playground lacks; undefined when neither has it. */
export function lackingBelowVersion(path: string): string | undefined {
  const segments = path.split('/')
  return DATA.find((pattern) =>
    pattern.split('/').every((part, i) => (part.startsWith(':') ? segments[i] !== undefined : part === segments[i])),
  )
}

/** The name of a service outside the data API that the platform has and the playground lacks. */
export function lackingService(path: string): string | undefined {
  return Object.entries(SERVICES).find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1]
}
