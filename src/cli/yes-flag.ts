import { Flags } from '@oclif/core'

/** `--yes`, which means the same everywhere. */
export const yes = () =>
  Flags.boolean({ char: 'y', description: 'do not ask before Bulk jobs write to a production org', default: false })
