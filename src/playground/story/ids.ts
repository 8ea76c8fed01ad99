import { ObjectId } from 'bson'
import { checksum } from '../org/ids.js'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** An instance of the story's own, below the org's: what the org makes later has other ids, and they sort after these. */
const INSTANCE = '5d0'

/** Key prefixes (objects.md). */
const KEY_PREFIX = {
  Account: '001',
  Contact: '003',
  User: '005',
  Lead: '00Q',
  CampaignMember: '00v',
  CampaignMemberStatus: '01Y',
  Campaign: '701',
}

/** The 18-character id of the record number `index` of an object; ids ascend with the number. */
export function salesforceId(object: keyof typeof KEY_PREFIX, index: number): string {
  let number = ''
  for (let rest = index; rest > 0; rest = Math.floor(rest / 62)) number = DIGITS.charAt(rest % 62) + number
  const id15 = KEY_PREFIX[object] + INSTANCE + number.padStart(9, '0')
  return id15 + checksum(id15)
}

/** The number of a kind is part of its ids, so kinds never collide. */
const DOCUMENT_KIND = { event: 1, user: 2, participant: 3, team: 4, project: 5, registration: 6 }

/** 2025-04-16: when every id of the story claims to be made. */
const EPOCH_SECONDS = 0x68000000

/** The ObjectId of the document number `index` of a kind; ids ascend with the number, as if inserted one by one. */
export function documentId(kind: keyof typeof DOCUMENT_KIND, index: number): ObjectId {
  const bytes = new Uint8Array(12)
  bytes[0] = EPOCH_SECONDS >>> 24
  bytes[4] = DOCUMENT_KIND[kind]
  bytes[8] = index >>> 24
  bytes[9] = index >>> 16
  bytes[10] = index >>> 8
  bytes[11] = index
  return new ObjectId(bytes)
}
