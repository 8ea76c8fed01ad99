import mongoose from 'mongoose'

let connecting: Promise<typeof mongoose> | undefined

/** The platform's own: one connection for the process. */
export async function connectToDatabase() {
  connecting ??= mongoose.connect(process.env.MONGODB_URI ?? '')
  return (await connecting).connection.db
}
