import { MhError } from '../errors.js'

/** What a field of a form may hold: an id or a code, never a text. */
const KINDS = {
  participant: /^[0-9a-f]{24}$/u,
  event: /^[0-9a-f]{24}$/u,
  run: /^\d{8}T\d{6}Z-[0-9a-f]{6}$/u,
  record: /^00[3Q][0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u,
  cause: /^\w{1,80}$/u,
} as const
export type FieldName = keyof typeof KINDS
export type Fields = Partial<Record<FieldName, string>>

/** A command that a page may give: the same one as at a prompt. Words in braces stand for fields of the form. */
export interface Action {
  /** What the page calls it. */
  title: string
  fields: readonly FieldName[]
  /** What shows beforehand what it would do. */
  preview?: readonly string[]
  work: readonly string[]
  /** What has to be typed before the work, which may be a field; without it a button is enough, and with `false` nothing is asked. */
  confirm?: string | false
  /** The address of the participant goes to its stdin, so that it is in no list of processes. */
  addressOnStdin?: true
}

/** Everything that the pages can do. What is not in here, nobody can make them do. */
export const ACTIONS = {
  'sync-all': {
    title: 'Re-sync all live events',
    fields: [],
    preview: ['campaign', 'sync', '--dry-run'],
    work: ['campaign', 'sync'],
    confirm: 'sync all',
  },
  'sync-event': {
    title: 'Sync this event',
    fields: ['event'],
    preview: ['campaign', 'sync', '--event', '{event}', '--dry-run'],
    work: ['campaign', 'sync', '--event', '{event}'],
    confirm: 'sync',
  },
  'enrich-event': {
    title: 'Look up everybody of this event',
    fields: ['event'],
    preview: ['backfill', '--event', '{event}', '--dry-run'],
    work: ['backfill', '--event', '{event}'],
    confirm: 'backfill',
  },
  'verify-event': {
    title: 'Verify this event',
    fields: ['event'],
    work: ['verify', '--event', '{event}'],
    confirm: false,
  },
  retry: {
    title: 'Retry what failed for one cause',
    fields: ['cause'],
    preview: ['retry', '--cause', '{cause}', '--dry-run'],
    work: ['retry', '--cause', '{cause}'],
    confirm: 'retry',
  },
  'retry-queue': {
    title: 'Try people of the queue again',
    fields: ['cause'],
    preview: ['queue', 'retry', '--cause', '{cause}', '--dry-run'],
    work: ['queue', 'retry', '--cause', '{cause}'],
    confirm: 'retry',
  },
  resume: {
    title: 'Resume a run',
    fields: ['run'],
    work: ['runs', 'resume', '{run}'],
    confirm: 'resume',
  },
  undo: {
    title: 'Undo a run',
    fields: ['run'],
    preview: ['runs', 'undo', '{run}', '--dry-run'],
    work: ['runs', 'undo', '{run}', '--confirm', '{run}'],
    confirm: '{run}',
  },
  'sync-person': {
    title: 'Sync one person now',
    fields: ['participant'],
    preview: ['lookup', '-', '--refresh'],
    work: ['lookup', '-', '--save'],
    addressOnStdin: true,
  },
  'choose-record': {
    title: 'Decide which record it is',
    fields: ['participant', 'record'],
    work: ['review', 'resolve', '{participant}', '--record', '{record}'],
    confirm: false,
  },
  'choose-nobody': {
    title: 'Decide that it is nobody',
    fields: ['participant'],
    work: ['review', 'resolve', '{participant}', '--nobody'],
    confirm: false,
  },
  'forget-decision': {
    title: 'Forget a decision',
    fields: ['participant'],
    work: ['review', 'resolve', '{participant}', '--forget'],
    confirm: false,
  },
} as const satisfies Record<string, Action>
export type ActionName = keyof typeof ACTIONS

/** An action by its name. Throws NOT_FOUND for one that there is not. */
export function actionNamed(name: string): { name: ActionName; action: Action } {
  const known = (Object.keys(ACTIONS) as ActionName[]).find((each) => each === name)
  if (known === undefined) throw new MhError('NOT_FOUND', 'There is no such action.')
  return { name: known, action: ACTIONS[known] }
}

/** The fields that an action takes, out of a form. Throws USAGE for one that is missing or is not what it should be. */
export function fieldsOf({ fields }: Action, form: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    fields.map((name) => {
      const value = form[name] ?? ''
      if (!KINDS[name].test(value)) throw new MhError('USAGE', `That is not the ${name} of anything.`)
      return [name, value]
    }),
  )
}

/** Words with the fields in their places. */
export function filled(words: readonly string[], fields: Fields): string[] {
  return words.map((word) => filledWord(word, fields))
}

/** What has to be typed; undefined when a button is enough. */
export function confirmationOf({ confirm }: Action, fields: Fields): string | undefined {
  return typeof confirm === 'string' ? filledWord(confirm, fields) : undefined
}

function filledWord(word: string, fields: Fields): string {
  const name = (Object.keys(KINDS) as FieldName[]).find((each) => word === `{${each}}`)
  return name === undefined ? word : (fields[name] ?? '')
}

/** Which action does what a cause of failures asks for (`FailureCause.command`); undefined where only a person can. */
export function actionForCause(command: string, code: string): { name: ActionName; fields: Fields } | undefined {
  const [, run] = /^mh-sf runs resume (\S+)$/u.exec(command) ?? []
  if (run !== undefined) return { name: 'resume', fields: { run } }
  if (!KINDS.cause.test(code)) return undefined
  if (command.startsWith('mh-sf queue retry')) return { name: 'retry-queue', fields: { cause: code } }
  return command.startsWith('mh-sf retry') ? { name: 'retry', fields: { cause: code } } : undefined
}
