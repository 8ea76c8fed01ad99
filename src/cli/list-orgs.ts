import { MhError } from '../errors.js'
import type { ListedOrg } from '../render/org-list.js'
import { kindOfOrg } from '../salesforce/hosts.js'
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
  const session = await app
    .keeper(credentialsOf(withOrg(app.settings, name, org)))
    .store.read()
    .then(
      (kept) => (kept ? ('kept' as const) : ('none' as const)),
      (error: unknown) => {
        if (error instanceof MhError && error.code === 'SECRETS_LOCKED') return 'locked' as const
        throw error
      },
    )
  const isTarget = app.settings.target === name
  return { name, isDefault: meant === name, isTarget, kind: kindOfOrg(instanceUrl), flow, orgId, instanceUrl, session }
}
