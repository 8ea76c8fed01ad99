import { z } from 'zod'
import type { FieldDetails } from '../domain/write-back.js'
import type { Org } from './org.js'

const describeReply = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.number().default(0),
      updateable: z.boolean(),
      restrictedPicklist: z.boolean().default(false),
      picklistValues: z.array(z.object({ value: z.string(), active: z.boolean().default(true) })).default([]),
    }),
  ),
})

/** What the fields of an object can hold and whether this user may write them; those it may not see are not there. One call. */
export async function readFieldDetails(org: Org, object: 'Contact'): Promise<Map<string, FieldDetails>> {
  const { fields } = await org.json({ method: 'GET', path: `/sobjects/${object}/describe` }, describeReply)
  return new Map(
    fields.map(({ name, type, length, updateable, restrictedPicklist, picklistValues }) => {
      const values = picklistValues.filter(({ active }) => active).map(({ value }) => value)
      return [name, { type, length, updateable, ...(restrictedPicklist ? { values } : {}) }]
    }),
  )
}
