import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { CALL_KINDS } from '../domain/planned-calls.js'
import { planText, type Plan, type PlannedChange, type SavedPlan } from '../domain/saved-plan.js'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'

/** Grows with every change to the form that an older mh-sf would misread. */
const VERSION = 1
const LINES_AT_ONCE = 1_000

const range = z.object({ calls: z.number(), atMost: z.number() })
const head = z.object({
  format: z.literal('mh-sf plan'),
  version: z.number(),
  digest: z.string(),
  madeAt: z.string(),
  madeBy: z.string(),
  scope: z.object({
    orgId: z.string(),
    event: z.string().optional(),
    campaigns: z.record(z.string(), z.string().nullable()),
    correct: z.boolean(),
    writeBack: z.boolean(),
    via: z.enum(['auto', 'collections', 'bulk']),
  }),
  calls: range.extend({ kinds: z.partialRecord(z.enum(CALL_KINDS), range) }),
  jobs: z.number(),
  check: z.number(),
  allowance: z.object({ used: z.number(), max: z.number() }).optional(),
  rows: z.number(),
})
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const change = z.object({
  object: z.string(),
  action: z.enum(['insert', 'update', 'delete']),
  key: z.string(),
  before: values.optional(),
  after: values.optional(),
})

/** Throws USAGE when a plan cannot be written there because something is there already: to be asked before the work. */
export async function checkPlanFile(path: string): Promise<void> {
  if (await lstat(path).catch(() => undefined)) throw thereAlready(path)
}

/** Writes a plan to a new file, 0600: a line about the whole, then one for each change. Throws USAGE when the file is there already. */
export async function writePlanFile(path: string, { changes, ...about }: SavedPlan): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw notWritten(path, error)
  })
  try {
    const whole = {
      format: 'mh-sf plan',
      version: VERSION,
      digest: digestOf({ ...about, changes }),
      ...about,
      rows: changes.length,
    }
    await file.writeFile(`${JSON.stringify(whole)}\n`)
    for (let at = 0; at < changes.length; at += LINES_AT_ONCE) {
      const some = changes.slice(at, at + LINES_AT_ONCE)
      await file.writeFile(some.map((each) => `${inOneLine(each)}\n`).join(''))
    }
  } finally {
    await file.close()
  }
}

/** Reads a plan. Throws NOT_FOUND, or PLAN_UNREADABLE for what is no plan, a newer one, or one that was changed since it was written. */
export async function readPlanFile(path: string): Promise<SavedPlan & { digest: string }> {
  const status = await lstat(path).catch(() => undefined)
  if (!status?.isFile())
    throw new MhError('NOT_FOUND', `There is no plan ${path}.`, 'Make one: mh-sf plan campaign sync --out FILE.')
  let about: z.infer<typeof head> | undefined
  const changes: PlannedChange[] = []
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (about) changes.push(readAs(path, change, line))
    else about = readHead(path, line)
  }
  if (!about) throw unreadable(path, 'it is empty')
  const { digest, scope, madeAt, madeBy, calls, jobs, check, allowance, rows } = about
  if (changes.length !== rows) throw unreadable(path, `it says ${rows} changes and holds ${changes.length}`)
  if (digestOf({ scope, changes }) !== digest) throw unreadable(path, 'it was changed since it was written')
  return { digest, scope, madeAt, madeBy, calls, jobs, check, allowance, changes }
}

/** SHA-256, in hex, of what a plan says. */
function digestOf(plan: Plan): string {
  const hash = createHash('sha256')
  for (const text of planText(plan)) hash.update(text)
  return hash.digest('hex')
}

function readHead(path: string, line: string): z.infer<typeof head> {
  const parsed = z.object({ format: z.literal('mh-sf plan'), version: z.number() }).safeParse(parseJson(line))
  if (parsed.success && parsed.data.version !== VERSION) {
    throw unreadable(path, `it is of version ${parsed.data.version}, and this mh-sf reads version ${VERSION}`)
  }
  return readAs(path, head, line)
}

function readAs<T>(path: string, schema: z.ZodType<T>, line: string): T {
  const parsed = schema.safeParse(parseJson(line))
  if (parsed.success) return parsed.data
  throw unreadable(path, 'it is no plan of mh-sf, or only a piece of one')
}

function unreadable(path: string, why: string): MhError {
  return new MhError(
    'PLAN_UNREADABLE',
    `${path} is not applied: ${why}. Nothing was written.`,
    'Make it anew: mh-sf plan campaign sync --out FILE.',
  )
}

function notWritten(path: string, error: unknown): MhError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (code === 'EEXIST') return thereAlready(path)
  return new MhError(
    'USAGE',
    `${path} cannot be written (${code}).`,
    'Give --out a file in a directory that is there and yours.',
  )
}

function thereAlready(path: string): MhError {
  return new MhError('USAGE', `${path} is there already.`, 'Give --out another name, or remove that file.')
}

/** JSON leaves two characters as they are that some take for the end of a line. */
function inOneLine(value: object): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
