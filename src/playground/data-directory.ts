import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { takeHold } from './hold.js'
import { PlaygroundError } from './playground-error.js'
import { privateDirectory, writePrivately } from './state.js'

/** The story that was told into a directory: enough to tell it again if that was cut short. */
export interface KeptStory {
  readonly participants: number
  readonly seed: string
  /** ISO 8601. */
  readonly now: string
}

/** A directory in which a playground is kept across restarts, held by this process. */
export interface DataDirectory {
  readonly path: string
  /** Where the journals of the org and the database are. */
  readonly org: string
  readonly mongo: string
  /** Undefined while nothing was told into it. */
  readonly story: KeptStory | undefined
  /** Notes which story is about to be told. */
  begin(story: KeptStory): void
  release(): void
}

/** Opens a directory, making it if it is missing. Throws a PlaygroundError when others can get at it or another playground has it. */
export async function openDataDirectory(given: string): Promise<DataDirectory> {
  const path = resolve(given)
  await privateDirectory(path)
  const taken = await takeHold(path)
  if ('takenBy' in taken) {
    const message = `process ${taken.takenBy} keeps a playground in ${path}`
    throw new PlaygroundError('busy', message, 'Stop that one, or choose another directory for --data.')
  }
  const file = join(path, 'story.json')
  return {
    path,
    org: join(path, 'org'),
    mongo: join(path, 'mongo'),
    story: readStory(file),
    begin: (story) => {
      writePrivately(file, `${JSON.stringify(story)}\n`)
    },
    release: () => {
      taken.hold.release()
    },
  }
}

function readStory(file: string): KeptStory | undefined {
  let story: Partial<KeptStory>
  try {
    story = JSON.parse(readFileSync(file, 'utf8')) as Partial<KeptStory>
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(file)
  }
  const { participants, seed, now } = story
  if (typeof participants !== 'number' || typeof seed !== 'string' || typeof now !== 'string') throw unreadable(file)
  return { participants, seed, now }
}

/** An unreadable store is never taken for an empty one. */
function unreadable(file: string): PlaygroundError {
  return new PlaygroundError(
    'unreadable data',
    `${file} is damaged`,
    'Choose another directory for --data, or remove this one to begin anew.',
  )
}
