import type { Connection } from './jsforce.js'

/** What the org said of a deployment. */
export interface Deployment {
  done: boolean
  status?: string
  success?: boolean
}

/** Deploys a package as the Salesforce CLI does, and waits. */
export async function deploy(
  { instanceUrl, accessToken }: Connection,
  zip: Uint8Array<ArrayBuffer>,
): Promise<Deployment> {
  const form = new FormData()
  const options = { deployOptions: { singlePackage: true, rollbackOnError: true } }
  form.append('entity_content', new Blob([JSON.stringify(options)], { type: 'application/json' }))
  form.append('file', new Blob([zip], { type: 'application/zip' }), 'org.zip')
  const url = `${instanceUrl}/services/data/v66.0/metadata/deployRequest`
  const headers = { authorization: `Bearer ${accessToken ?? ''}` }
  const { id } = (await (await fetch(url, { method: 'POST', headers, body: form })).json()) as { id: string }
  for (;;) {
    const reply = await fetch(`${url}/${id}?includeDetails=true`, { headers })
    const { deployResult } = (await reply.json()) as { deployResult: Deployment }
    if (deployResult.done) return deployResult
  }
}

/** Gives the user of the tool the permission set that was deployed, as an admin does. */
export async function assign(crm: Connection, userId: string): Promise<void> {
  const [set] = await crm.sobject('PermissionSet').find({ Name: 'MongoHacks_Sync' }, ['Id'])
  const assignment = { PermissionSetId: String(set?.Id), AssigneeId: userId }
  await crm.sobject('PermissionSetAssignment').create(assignment as never)
}
