import { ObjectId, type Document } from 'bson'
import { startMongo, type MongoStandIn } from '../../src/playground/mongo/server.js'
import { date, decimal, multipicklist, text } from '../../src/playground/org/fields.js'
import { composeId } from '../../src/playground/org/ids.js'
import { startOrg, type Org } from '../../src/playground/org/org.js'
import type { Consumer } from '../../src/playground/org/core.js'

/** Both systems before anybody synced, always the same: one event whose people cover what can become of somebody. */
export interface Scene {
  org: Org
  mongo: MongoStandIn
  close: () => Promise<void>
}

export const DATABASE = 'hackathon-platform'
/** The event that is synced, and another one that shares people with it. */
export const [HARBOUR, DOCK] = ['harbour-hack', 'dock-days']

export const EVENTS = { [HARBOUR]: id(1), [DOCK]: id(2) }
const DAY = new Date('2026-03-02T09:00:00Z')

interface Person {
  email: string
  name: string
  status: 'registered' | 'attended' | 'no_show'
  /** Agreed to become a Lead. */
  agreed?: boolean
  /** Comes to the other event too. */
  both?: boolean
  contactId?: string
  more?: Document
}

const PEOPLE: readonly Person[] = [
  { email: 'ana@harbour.example', name: 'Ana Silva', status: 'attended', both: true },
  { email: 'ben@harbour.example', name: 'Ben Okoro', status: 'registered' },
  { email: 'cleo@harbour.example', name: 'Cleo Marsh', status: 'attended' },
  { email: 'dan@harbour.example', name: 'Dan Petrov', status: 'no_show' },
  // Nobody knows them.
  { email: 'eve@gmail.com', name: 'Eve van Dyke', status: 'attended', agreed: true, both: true },
  { email: 'finn@harbour.example', name: 'Finn Lund', status: 'no_show', agreed: true },
  { email: 'gus@gmail.com', name: 'Gus Brand', status: 'attended' },
  // One person: the link of the second leads to the record that the first is found by.
  { email: 'hal@harbour.example', name: 'Hal Moreno', status: 'registered' },
  { email: 'hal.private@gmail.com', name: 'Hal Moreno', status: 'attended', contactId: contactId('H') },
  // One address, written twice.
  { email: 'ivy@gmail.com', name: 'Ivy Chen', status: 'registered', agreed: true },
  { email: 'IVY@gmail.com', name: 'Ivy Chen', status: 'attended', agreed: true },
  // Two contacts that nothing tells apart.
  { email: 'kim@harbour.example', name: 'Kim Vos', status: 'attended' },
  { email: 'no address', name: 'Ned Quill', status: 'registered' },
  { email: 'ola@harbour.example', name: 'Ola Berg', status: 'registered', more: { deletedAt: DAY } },
]

const SKILLS = ['atlas', 'node', 'search', 'vector']
const CONTACT_FIELDS = [
  text('Last_Hackathon__c', 'Last Hackathon', 80),
  date('Last_Hackathon_Date__c', 'Last Hackathon Date'),
  decimal('Hackathons_Attended__c', 'Hackathons Attended', [18, 0]),
  multipicklist('Hackathon_Skills__c', 'Skills', SKILLS, { restrictedPicklist: true }),
  text('Hackathon_Projects__c', 'Projects', 255),
]

/** Sets the scene anew. The org's clock stands still until somebody moves it. */
export async function setScene(consumer: Consumer): Promise<Scene> {
  const [org, mongo] = await Promise.all([startOrg({ consumer }), startMongo()])
  org.clock.freeze()
  fillOrg(org)
  fillPlatform(mongo)
  const close = async () => {
    await Promise.all([org.close(), mongo.close()])
  }
  return { org, mongo, close }
}

function fillOrg(org: Org): void {
  org.settings.hiddenFields = []
  org.define('Account', [text('Customer_Tier__c', 'Customer Tier', 40)])
  org.define('Contact', CONTACT_FIELDS)
  const AccountId = recordId('001', 'A')
  org.load('Account', [{ Id: AccountId, Name: 'Harbour Ltd', Customer_Tier__c: 'Growth', ...MADE }])
  org.load('Contact', [
    contact('A', 'Ana Silva', { AccountId, LeadSource: 'Web' }),
    contact('B', 'Ben Okoro', {}),
    contact('D', 'Dan Petrov', { AccountId }),
    contact('H', 'Hal Moreno', { AccountId }),
    contact('K', 'Kim Vos', {}),
    contact('L', 'Kim Vos', {}),
  ])
  const lead = { ...MADE, Company: 'Harbour Ltd', Status: 'Open - Not Contacted' }
  org.load('Lead', [
    { ...lead, Id: recordId('00Q', 'C'), FirstName: 'Cleo', LastName: 'Marsh', Email: 'cleo@harbour.example' },
    {
      ...lead,
      ...{ Id: recordId('00Q', 'D'), FirstName: 'Dan', LastName: 'Petrov', Email: 'dan@harbour.example' },
      ...{ Status: 'Closed - Converted', IsConverted: true, ConvertedContactId: contactId('D') },
    },
  ])
}

function fillPlatform(mongo: MongoStandIn): void {
  mongo.index(DATABASE, 'participants', [{ key: { email: 1 }, name: 'email_1', unique: true }])
  mongo.load(DATABASE, 'events', [
    event(HARBOUR, 'Harbour Hack 2026', { status: 'in_progress' }),
    event(DOCK, 'Dock Days 2026', { status: 'open' }),
  ])
  mongo.load(DATABASE, 'users', PEOPLE.map(user))
  mongo.load(DATABASE, 'participants', PEOPLE.map(participant))
  const project = { eventId: EVENTS[HARBOUR], name: 'Tide Tables', status: 'submitted', teamMembers: [id(100)] }
  mongo.load(DATABASE, 'projects', [{ _id: id(300), ...project }])
}

function event(slug: string, name: string, more: Document): Document {
  const end = new Date('2026-03-04T18:00:00Z')
  return { _id: EVENTS[slug], name, landingPage: { slug, published: true }, startDate: DAY, endDate: end, ...more }
}

function user({ email, name, agreed }: Person, at: number): Document {
  // One says so by the newsletter, the others by a consent of their own.
  const newsletter = agreed === true && at % 2 === 1
  return { _id: id(100 + at), email, name, notificationPreferences: { newsletter }, updatedAt: DAY }
}

function participant({ email, name, status, agreed, both, contactId, more }: Person, at: number): Document {
  const known = contactId === undefined ? {} : { contactId, syncStatus: 'synced' }
  const consent = agreed === true && at % 2 === 0 ? { consent: { given: true, at: DAY, source: 'booth' } } : {}
  const slugs = both ? [HARBOUR, DOCK] : [HARBOUR]
  return {
    _id: id(200 + at),
    ...{ userId: id(100 + at), email, name, skills: SKILLS.slice(0, 1 + (at % 3)), deletedAt: null },
    registeredEvents: slugs.map((slug) => ({ eventId: EVENTS[slug], registrationDate: DAY, status })),
    customResponses: { company: 'Harbour Ltd' },
    ...{ createdAt: DAY, updatedAt: DAY, __v: 0 },
    ...(contactId !== undefined || 'consent' in consent ? { salesforce: { ...known, ...consent } } : {}),
    ...more,
  }
}

const MADE = { CreatedDate: Date.parse('2025-01-01T00:00:00Z') }

function contact(name: string, fullName: string, more: Record<string, string>) {
  const [FirstName = '', LastName = ''] = fullName.split(' ')
  const Email = `${FirstName.toLowerCase()}@harbour.example`
  return { ...MADE, Id: contactId(name), FirstName, LastName, Email, ...more }
}

function contactId(name: string): string {
  return recordId('003', name)
}

/** `recordId('003', 'A')`: away from those that the org gives. */
function recordId(prefix: string, name: string): string {
  return composeId(prefix, 1_000_000 + name.charCodeAt(0))
}

function id(number: number): ObjectId {
  return new ObjectId(number.toString(16).padStart(24, '0'))
}
