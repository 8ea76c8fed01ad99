import { isMongoError } from './driver.js'

const DUPLICATE_KEY = 11_000
const FAILED_TO_PARSE = 9

/**
 * Makes a change that inserts where nothing is, and makes it again when it lost: of two first ones by one key at the same moment the
 * second finds the other's document then. The change is to be idempotent, or to have failed as a whole.
 */
export async function againIfLost<T>(change: () => Promise<T>): Promise<T> {
  return change().catch((error: unknown) => {
    if (hasLost(error)) return change()
    throw error
  })
}

/** MongoDB says that the key is taken. DocumentDB says so at times, and at times that the very pipeline that it takes may not have `$$NOW`. */
function hasLost(error: unknown): boolean {
  if (!isMongoError(error)) return false
  return error.code === DUPLICATE_KEY || (error.code === FAILED_TO_PARSE && error.message.includes('$$NOW'))
}
