import { z } from 'zod'
import type { CreatableField } from '../domain/lead.js'
import type { FieldDetails } from '../domain/write-back.js'
import type { Org } from './org.js'

const describeReply = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      length: z.number().default(0),
      createable: z.boolean(),
      updateable: z.boolean(),
      nillable: z.boolean(),
      defaultedOnCreate: z.boolean(),
      restrictedPicklist: z.boolean().default(false),
      picklistValues: z.array(z.object({ value: z.string(), active: z.boolean().default(true) })).default([]),
    }),
  ),
})

/** What the fields of an object can hold and whether this user may write them; those it may not see are not there. One call. */
export async function readFieldDetails(
  org: Org,
  object: 'Contact' | 'Lead' | 'Individual',
): Promise<Map<string, FieldDetails>> {
  const fields = await describe(org, object)
  return new Map(
    fields.map((field) => [
      field.name,
      { type: field.type, length: field.length, updateable: field.updateable, ...valuesOf(field) },
    ]),
  )
}

/** The fields of an object that this user may fill in a new record. One call. */
export async function readCreatableFields(org: Org, object: 'Lead'): Promise<Map<string, CreatableField>> {
  const fields = await describe(org, object)
  return new Map(
    fields
      .filter(({ createable }) => createable)
      .map((field) => {
        const { name, length, nillable, defaultedOnCreate } = field
        // A checkbox is never nillable and never missed (rest.md §9).
        const required = !nillable && !defaultedOnCreate && field.type !== 'boolean'
        return [name, { length, required, ...valuesOf(field) }]
      }),
  )
}

type DescribedField = z.infer<typeof describeReply>['fields'][number]

async function describe(org: Org, object: string): Promise<DescribedField[]> {
  return (await org.json({ method: 'GET', path: `/sobjects/${object}/describe` }, describeReply)).fields
}

function valuesOf({ restrictedPicklist, picklistValues }: DescribedField): { values?: string[] } {
  return restrictedPicklist ? { values: picklistValues.filter(({ active }) => active).map(({ value }) => value) } : {}
}
