import type { MetadataTarget } from './package-plan.js'

/** Takes a custom field away with its values, and the rights that permission sets gave to it. */
export function removeField({ store }: Pick<MetadataTarget, 'store'>, object: string, field: string): void {
  store.undefine(object, field)
  for (const row of [...store.scan('FieldPermissions')]) if (row['Field'] === `${object}.${field}`) store.purge(row)
}
