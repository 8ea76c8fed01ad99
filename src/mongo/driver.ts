import type { Db, MongoBulkWriteError, MongoError, ObjectId } from 'mongodb'
import { MhError } from '../errors.js'

/** Makes the id that so many hexadecimal digits write. */
export type MakeId = (hex: string) => ObjectId

/*
 * A borrowed connection is of the platform's driver, which may be another copy than ours, or another version: what it
 * hands out is told by its looks, never by its class.
 */

/** Whether a value is a database, of whichever copy of the driver. */
export function isDb(value: object): value is Db {
  return 'collection' in value && typeof value.collection === 'function' && 'databaseName' in value
}

/** Whether a value is an ObjectId, of whichever copy of bson. */
export function isObjectId(value: unknown): value is ObjectId {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_bsontype' in value &&
    value._bsontype === 'ObjectId' &&
    'toHexString' in value &&
    typeof value.toHexString === 'function'
  )
}

/** Whether an error is of a driver, whichever copy. */
export function isMongoError(error: unknown): error is MongoError {
  return error instanceof Error && 'hasErrorLabel' in error && typeof error.hasErrorLabel === 'function'
}

/** Whether some writes of a batch failed, or the batch as a whole. */
export function isBulkWriteError(error: unknown): error is MongoBulkWriteError {
  return isMongoError(error) && error.name === 'MongoBulkWriteError' && 'result' in error
}

/**
 * How a borrowed connection makes ids: another bson's are refused by its driver, so the class is taken from an id that it read.
 * Throws NO_PARTICIPANTS when there is none to be read.
 */
export async function idsOf(db: Db): Promise<MakeId> {
  const known = await db
    .collection('participants')
    .findOne({ _id: { $type: 'objectId' } }, { projection: { _id: 1 }, readPreference: 'primary' })
  if (!isObjectId(known?._id)) throw new MhError('NO_PARTICIPANTS', 'There are no participants in this database.')
  const { constructor } = known._id
  return (hex) => {
    const id: unknown = Reflect.construct(constructor, [hex])
    if (isObjectId(id)) return id
    throw new MhError('UNEXPECTED', 'The class of the ids that this connection reads does not make any.')
  }
}
