import type { OpenRoute, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { versionList } from '../versions.js'

/** The versions, without session, count or limit header (rest.md §1). */
export const versionRoute: OpenRoute = {
  method: 'GET',
  path: '/services/data',
  handle: () => ({ status: 200, json: versionList() }),
}

const RESOURCES = ['composite', 'jobs', 'limits', 'metadata', 'query', 'queryAll', 'sobjects']

/** What a version offers (rest.md §1): only what the playground has. */
export function rootRoute(core: OrgCore): Route {
  return {
    method: 'GET',
    path: '/',
    handle: ({ version, session }) => {
      const resources = Object.fromEntries(RESOURCES.map((name) => [name, `/services/data/v${version}/${name}`]))
      return { status: 200, json: { ...resources, identity: `${core.url()}/id/${core.orgId}/${session.userId}` } }
    },
  }
}
