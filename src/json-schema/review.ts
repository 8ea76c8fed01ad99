import { z } from 'zod'
import { participantId, people } from './parts.js'

export const reviewList = z.strictObject({
  total: people.describe('people whom the rules could not match, and on whom nobody has decided'),
  people: z.array(z.strictObject({ id: participantId, why: z.string() })).describe('as many as --limit says'),
})
