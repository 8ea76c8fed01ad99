import { Flags } from '@oclif/core'

/** `--max-api-calls`, which means the same everywhere. */
export const maxApiCalls = () =>
  Flags.integer({
    description: 'make at most so many Salesforce API calls: refused when more are needed, stopped when they are spent',
    helpValue: 'N',
    min: 0,
  })
