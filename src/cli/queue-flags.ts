import { Flags } from '@oclif/core'

/** Which people of the queue are meant; the same for each command on it. */
export const queueFlags = () => ({
  dead: Flags.boolean({ description: 'only those who were given up on', default: false }),
  cause: Flags.string({ description: 'only those whose last failure was this', helpValue: 'SF_TIMEOUT' }),
  person: Flags.string({ description: 'only this participant, by id or address', helpValue: 'ID' }),
})
