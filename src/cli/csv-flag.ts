import { Flags } from '@oclif/core'

/** `--csv`, of commands whose table people take to a spreadsheet. */
export const csvFlag = () =>
  Flags.boolean({ description: 'a table for a spreadsheet', default: false, exclusive: ['json'] })
