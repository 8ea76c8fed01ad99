import { ObjectId } from 'mongodb'

/**
 * Matches the documents whose `_id` is what the platform gives them (platform.md); imports by other tools may differ.
 * A comparison is within one type, so this means every ObjectId; unlike `$type` it is a range of the index.
 */
export const HAS_OBJECT_ID = { _id: { $gte: new ObjectId('0'.repeat(24)) } } as const
