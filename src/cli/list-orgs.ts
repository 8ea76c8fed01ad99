import { MhError, type ErrorCode } from '../errors.js'
import type { ListedOrg } from '../render/org-list.js'
import { kindOfOrg } from '../salesforce/hosts.js'
import type { SessionStore } from '../salesforce/session-store.js'
import type { App } from '../app/app.js'
import { credentialsOf } from '../app/settings.js'
import { withOrg } from '../app/target-org.js'

/** The orgs that have names, by name. Asks no org. */
export async function listOrgs(app: App): Promise<ListedOrg[]> {
  const { orgs, default: meant } = await app.namedOrgs.read()
  const names = [...orgs.keys()].sort()
  return Promise.all(
    names.flatMap((name) => {
      const org = orgs.get(name)
      return org ? [listed(app, name, org, meant)] : []
    }),
  )
}

async function listed(
  app: App,
  name: string,
  org: Parameters<typeof withOrg>[2],
  meant: string | undefined,
): Promise<ListedOrg> {
  const { flow, orgId, instanceUrl } = org
  const kept = await keptOf(app.keeper(credentialsOf(withOrg(app.settings, name, org))).store)
  const isTarget = app.settings.target === name
  return { name, isDefault: meant === name, isTarget, kind: kindOfOrg(instanceUrl), flow, orgId, instanceUrl, ...kept }
}

const UNUSABLE: readonly ErrorCode[] = ['STATE_FILE_DAMAGED', 'STATE_FILE_UNSAFE']

/** What there is of a login; one that cannot be used hides no other. */
async function keptOf(store: SessionStore): Promise<Pick<ListedOrg, 'session' | 'problem'>> {
  try {
    return { session: (await store.read()) ? 'kept' : 'none' }
  } catch (error) {
    if (!(error instanceof MhError)) throw error
    if (error.code === 'SECRETS_LOCKED') return { session: 'locked' }
    if (!UNUSABLE.includes(error.code)) throw error
    return { session: 'unusable', problem: { message: error.message, fix: error.hint ?? '' } }
  }
}
