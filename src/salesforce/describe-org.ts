import { z } from 'zod'
import type { DescribedObject, DescribedOrg } from '../domain/org-schema.js'
import { failureInComposite } from './failure.js'
import type { Org } from './org.js'

const OBJECTS = ['Account', 'Campaign', 'CampaignMember', 'CampaignMemberStatus', 'Contact', 'Lead'] as const

const described = z.object({
  createable: z.boolean(),
  updateable: z.boolean(),
  deletable: z.boolean(),
  fields: z.array(
    z.object({
      name: z.string(),
      createable: z.boolean(),
      updateable: z.boolean(),
      picklistValues: z.array(z.object({ value: z.string(), active: z.boolean().default(true) })).default([]),
    }),
  ),
})
const compositeReply = z.object({
  compositeResponse: z.array(z.object({ httpStatusCode: z.number(), body: z.unknown() })).length(OBJECTS.length),
})

/** Every object that the tool touches, with this user's rights on it and its fields, in one call. What the user may not read is left out. */
export async function describeOrg(org: Org): Promise<DescribedOrg> {
  const { apiVersion } = await org.session()
  const compositeRequest = OBJECTS.map((object) => ({
    method: 'GET',
    url: `/services/data/v${apiVersion}/sobjects/${object}/describe`,
    referenceId: object,
  }))
  const body = { allOrNone: false, compositeRequest }
  const request = { method: 'POST', path: '/composite', body, repeatable: true } as const
  const { compositeResponse } = await org.json(request, compositeReply, failureInComposite)
  return new Map(
    OBJECTS.flatMap((object, at) => {
      const reply = compositeResponse[at]
      const parsed = described.safeParse(reply?.body)
      return reply?.httpStatusCode === 200 && parsed.success ? [[object, objectOf(parsed.data)] as const] : []
    }),
  )
}

function objectOf({ fields, ...rights }: z.infer<typeof described>): DescribedObject {
  const known = fields.map(({ name, createable, updateable, picklistValues }) => {
    const values = picklistValues.filter(({ active }) => active).map(({ value }) => value)
    return [name, { createable, updateable, values }] as const
  })
  return { ...rights, fields: new Map(known) }
}
