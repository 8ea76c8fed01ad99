import type { App } from '../app/app.js'
import { isSameId } from '../domain/home-org.js'
import { MhError } from '../errors.js'

/** Throws OTHER_ORG when something was made with another org than the one that the login leads to: its ids mean nothing there. */
export async function checkOrgOf(app: App, what: string, madeWith: string | undefined): Promise<void> {
  app.require('mongo', 'salesforce')
  await app.database()
  const { orgId } = await app.org().session()
  if (madeWith === undefined || isSameId(madeWith, orgId)) return
  throw new MhError(
    'OTHER_ORG',
    `${what} belongs to org ${madeWith}, and the login leads to org ${orgId}. Nothing was done.`,
    'Log in to that org (SF_LOGIN_URL, SF_USERNAME, and SF_ORG_ID where it is set), then run the command again.',
  )
}
