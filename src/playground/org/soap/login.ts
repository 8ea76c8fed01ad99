import type { OrgCore } from '../core.js'
import { OrgError } from '../org-error.js'
import type { Row } from '../store.js'
import type { OpenSoapCall, SoapOperations } from './endpoint.js'
import { userInfoOf } from './user-info.js'
import { textOf } from './xml-element.js'
import type { XmlFields } from './xml-writer.js'

/** The last version that has `login()` (auth.md §7). */
const LAST_VERSION = 64

/** `login()`: behind the setting `soapLogin`, as new orgs have it off. Not counted, like other logins. */
export function loginOperations(core: OrgCore): SoapOperations<OpenSoapCall> {
  return { login: (call) => logIn(core, call) }
}

function logIn(core: OrgCore, { operation, version, now }: OpenSoapCall): XmlFields {
  if (Number(version) > LAST_VERSION) {
    const told = `The SOAP Login operation is not available in the API version specified (${version}).`
    throw new OrgError(500, 'INVALID_OPERATION', `${told} Refer to the documentation for supported versions.`)
  }
  if (!core.settings.soapLogin) {
    const told = 'SOAP API login() is disabled by default in this org.'
    throw new OrgError(500, 'INVALID_OPERATION', `${told} Contact the org administrator to enable SOAP API login().`)
  }
  const user = admitted(core, textOf(operation, 'username') ?? '', textOf(operation, 'password') ?? '')
  const { token } = core.sessions.issue(user.Id, now)
  const server = (api: string) => `${core.url()}/services/Soap/${api}/${version}/${core.orgId.slice(0, 15)}`
  return {
    metadataServerUrl: server('m'),
    passwordExpired: false,
    sandbox: core.store.get(core.orgId)?.['IsSandbox'] === true,
    serverUrl: server('u'),
    sessionId: token,
    userId: user.Id,
    userInfo: userInfoOf(core, user),
  }
}

/** Nothing tells a wrong name from a wrong password or a locked user (auth.md §7). */
function admitted({ store, consumers, settings }: OrgCore, username: string, password: string): Row {
  const user = store.lookup('User', 'Username', username)?.[0]
  const isConsumers = consumers.some((consumer) => consumer.username.toLowerCase() === username.toLowerCase())
  const right = settings.password !== '' && password === settings.password
  if (user?.['IsActive'] === true && isConsumers && right) return user
  const told = 'Invalid username, password, security token; or user locked out.'
  throw new OrgError(500, 'INVALID_LOGIN', told)
}
