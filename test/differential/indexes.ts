import { type Document, Int32 } from 'bson'
import { type CollectionName } from './documents.js'

const one = new Int32(1)
const down = new Int32(-1)

/** The indexes that a stream makes: the platform's own, and one of each kind. Two of one name contradict each other. */
export const INDEXES: Readonly<Record<CollectionName, readonly Document[]>> = {
  participants: [
    { key: { email: one }, name: 'email_1', unique: true },
    { key: { email: one }, name: 'email_1' },
    { key: { 'registeredEvents.eventId': one }, name: 'registeredEvents.eventId_1' },
    { key: { 'salesforce.syncStatus': one, deletedAt: down }, name: 'sync' },
    { key: { userId: one }, name: 'userId_1', unique: true, partialFilterExpression: { deletedAt: { $exists: true } } },
    { key: { skills: one }, name: 'skills_1' },
  ],
  events: [
    { key: { 'landingPage.slug': one }, name: 'slug', unique: true, sparse: true },
    { key: { startDate: one }, name: 'startDate_1' },
    { key: { tags: one, capacity: one }, name: 'tags' },
  ],
  users: [
    { key: { email: one }, name: 'email_1', unique: true },
    { key: { role: one, company: one }, name: 'role' },
  ],
  projects: [
    { key: { eventId: one, teamId: one }, name: 'team', unique: true },
    { key: { teamMembers: one }, name: 'teamMembers_1' },
    { key: { submittedAt: one }, name: 'expiry', expireAfterSeconds: new Int32(2_147_483_647) },
  ],
  odd: [
    { key: { a: one }, name: 'a_1' },
    { key: { s: one }, name: 's_unique', unique: true, sparse: true },
    { key: { b: one, missing: down }, name: 'b_missing' },
    { key: { 'a.b': one }, name: 'a.b_1' },
    { key: { c: one }, name: 'a_1' },
  ],
}
