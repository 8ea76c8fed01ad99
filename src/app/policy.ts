import { z } from 'zod'
import { DEFAULT_RETENTION } from '../domain/retention.js'
import { MhError } from '../errors.js'
import { problemsOf, problemText, type ConfigProblem } from './config-problems.js'

const tier = z.enum(['enterprise', 'growth', 'startup', 'community'])
const field = z.string().regex(/^\w+$/u)
const fieldPolicy = z.enum(['never', 'when empty', 'when different'])
const gonePolicy = z.enum(['leave', 'mark', 'remove'])
/** What CampaignMember.Status holds (objects.md §5). */
const statusLabel = z.string().trim().min(1).max(40)

const status = (label: string, hasResponded: boolean) =>
  z.strictObject({ label: statusLabel.default(label), hasResponded: z.boolean().default(hasResponded) }).prefault({})

const mapped = (name: string, policy: z.infer<typeof fieldPolicy>) =>
  z.strictObject({ field: field.default(name), policy: fieldPolicy.default(policy) }).prefault({})

const writeBack = z.strictObject({
  /** Whether `campaign sync` tells Contacts as well; `contact push` always does. */
  onSync: z.boolean().default(true),
  /** Where each fact about a person goes on Contact, and when. */
  fields: z
    .strictObject({
      lastEventName: mapped('Last_Hackathon__c', 'when different'),
      lastEventDate: mapped('Last_Hackathon_Date__c', 'when different'),
      eventsAttended: mapped('Hackathons_Attended__c', 'when different'),
      skills: mapped('Hackathon_Skills__c', 'when different'),
      projects: mapped('Hackathon_Projects__c', 'when different'),
      firstTouch: mapped('LeadSource', 'when empty'),
    })
    .prefault({}),
  /** What `firstTouch` says. */
  firstTouch: z.string().min(1).max(255).default('Hackathon'),
  /** Somebody edited a value that we wrote: leave theirs, or write ours again. */
  onConflict: z.enum(['leave', 'overwrite']).default('leave'),
})

const campaign = z.strictObject({
  /** Campaign.Type; the org's default without one. */
  type: z.string().max(40).optional(),
  /** The Campaign above all of ours. */
  parentId: z
    .string()
    .regex(/^701\w{12}(\w{3})?$/u)
    .optional(),
  /** A field of Campaign that holds the event's id, if the org has one. */
  externalIdField: field.optional(),
  /** `campaign sync` without --event takes events that were over no more than so many days ago. */
  liveDays: z.number().int().min(0).default(30),
  /** Campaign.Status for each status of an event. */
  status: z
    .strictObject({
      open: statusLabel.default('Planned'),
      in_progress: statusLabel.default('In Progress'),
      concluded: statusLabel.default('Completed'),
    })
    .prefault({}),
  /** When a field of an existing Campaign is written. */
  fields: z
    .strictObject({
      Name: fieldPolicy.default('when different'),
      Type: fieldPolicy.default('when empty'),
      Status: fieldPolicy.default('when different'),
      IsActive: fieldPolicy.default('never'),
      StartDate: fieldPolicy.default('when different'),
      EndDate: fieldPolicy.default('when different'),
      ParentId: fieldPolicy.default('when empty'),
      Description: fieldPolicy.default('when empty'),
    })
    .prefault({}),
  /** How the statuses of members are called, and which count as a response. */
  memberStatuses: z
    .strictObject({
      registered: status('Registered', false),
      no_show: status('No Show', false),
      attended: status('Attended', true),
    })
    .prefault({}),
  /** What happens to the members of people who are gone. */
  gone: z
    .strictObject({
      withdrawn: gonePolicy.default('leave'),
      deleted: gonePolicy.default('leave'),
      banned: gonePolicy.default('leave'),
      optedOut: gonePolicy.default('leave'),
      /** The status that `mark` gives. */
      status: statusLabel.default('Withdrawn'),
    })
    .prefault({}),
})

const consentSource = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('record') }),
  z.strictObject({ by: z.literal('newsletter') }),
  z.strictObject({
    by: z.literal('answer'),
    question: z.string().min(1),
    values: z.array(z.string().min(1)).default(['yes', 'y', 'on', '1']),
  }),
])

const leads = z.strictObject({
  /** Whether `backfill` and `campaign sync` make Leads without being told by a flag. */
  create: z.boolean().default(false),
  /** Where consent is looked for; without one, no Lead is made. */
  consent: z
    .array(consentSource)
    .min(1)
    .default([{ by: 'record' }, { by: 'newsletter' }]),
  /** Lead.LeadSource. */
  source: z.string().min(1).max(255).default('Hackathon'),
  /** The question of the sign-up form that asks for the company. */
  companyQuestion: z.string().min(1).default('company'),
  /** Lead.Company of somebody of whom no company is known. */
  companyPlaceholder: z.string().min(1).max(255).default('[not provided]'),
  /** A field of Lead that holds the participant's id, if the org has one. */
  ownKeyField: field.optional(),
  /** Fields that every Lead of ours gets. */
  defaults: z.record(field, z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Whether the org's assignment rules run on Leads of ours; they may send mail. */
  assignmentRules: z.boolean().default(false),
})

const consentNeed = z.enum(['none', 'not refused', 'recorded'])

const consent = z.strictObject({
  /** A Lead is somebody whom the org did not know: that always needs a recorded yes. */
  lead: z.literal('recorded').default('recorded'),
  /** What becoming a Campaign Member needs, of people whom the org knows. */
  member: consentNeed.default('none'),
  /** What writing to a Contact needs. */
  writeback: consentNeed.default('none'),
})

const runs = z.strictObject({
  /** A run that gives no sign for so long has died, and another one may do its work. */
  leaseSeconds: z.number().int().min(2).max(3_600).default(60),
  /** How long runs and their lines are kept. */
  keepDays: z.number().int().min(1).default(90),
})

const retention = z.strictObject({
  /** How long an answer of `lookup` is believed and kept; 0: not at all. */
  cacheMinutes: z.number().min(0).max(1_440).default(DEFAULT_RETENTION.cacheMinutes),
  /** How long it is kept how many API calls we made. */
  usageDays: z.number().int().min(2).default(DEFAULT_RETENTION.usageDays),
  /** How long somebody is kept in the queue who was given up on. */
  deadDays: z.number().int().min(1).default(DEFAULT_RETENTION.deadDays),
  /** How long it is kept how a rule of alerts stood that nobody judges any more. */
  alertDays: z.number().int().min(7).default(DEFAULT_RETENTION.alertDays),
})

/** Calls of 20 seconds or more that the platform takes at a time, whoever sends them (limits.md §2). */
const MOST_AT_ONCE = 25

const quota = z.strictObject({
  /** The share of the org's API calls of 24 hours up to which `mh-sf` goes. */
  ceiling: z.number().gt(0).max(1).default(0.8),
  /** Calls below the ceiling that only live lookups may spend; 2 % of the ceiling without one. */
  reserve: z.number().int().min(0).optional(),
  /** Calls under way at a time. */
  concurrency: z.number().int().min(1).max(MOST_AT_ONCE).default(5),
})

const nightly = z.strictObject({
  /** Whom the night looks at again: people whose last sync is so long ago. */
  stale: z
    .string()
    .regex(/^\d{1,5}[dw]$/u, 'a time as in 30d or 4w')
    .default('30d'),
  /** How many people the night compares on both sides. */
  sample: z.number().int().min(1).max(5_000).default(200),
})

const worker = z.strictObject({
  /** With QUEUE_URL: API calls of all workers together in a minute. */
  callsPerMinute: z.number().int().min(1).default(60),
})

const notify = z.strictObject({
  /** With SMTP_URL: who writes to whom. */
  email: z.strictObject({ from: z.email().optional(), to: z.array(z.email()).max(50).default([]) }).prefault({}),
})

const share = z.number().min(0).max(1)

/** A rule of `alerts`: it can be switched off, and be more or less urgent. */
const rule = <T extends z.ZodRawShape>(severity: 'warning' | 'critical', shape: T) =>
  z.strictObject({
    on: z.boolean().default(true),
    severity: z.enum(['warning', 'critical']).default(severity),
    ...shape,
  })

const alerts = z.strictObject({
  /** Fires above so many failures in an hour. */
  failures: rule('warning', { limit: z.number().int().min(0).default(10) }).prefault({}),
  /** Shares of the org's calls of 24 hours: a warning from the one on, critical above the other. */
  quota: z
    .strictObject({ on: z.boolean().default(true), warn: share.default(0.8), critical: share.default(0.9) })
    .prefault({}),
  /** Fires from so many failures in a row on. */
  connection: rule('critical', { limit: z.number().int().min(1).default(3) }).prefault({}),
  /** Fires below this share of changes that were made, of so many or more. */
  success: rule('warning', { limit: share.default(0.95), least: z.number().int().min(1).default(20) }).prefault({}),
  /** Fires above this share of people whose last sync failed, of so many or more. */
  errors: rule('warning', { limit: share.default(0.05), least: z.number().int().min(1).default(20) }).prefault({}),
  /** Fires above this average, of so many lookups or more. */
  lookups: rule('warning', {
    milliseconds: z.number().gt(0).default(500),
    least: z.number().int().min(1).default(20),
  }).prefault({}),
  /** Fires when no night went well for longer. */
  nights: rule('critical', { hours: z.number().gt(0).default(26) }).prefault({}),
  /** Fires when somebody waits for longer. */
  queue: rule('warning', { minutes: z.number().gt(0).default(30) }).prefault({}),
  /** What still fires and nobody has acknowledged is told again after so many hours. */
  coolDownHours: z.number().gt(0).default(6),
  /** What comes and goes is not told to fire again before so many minutes. */
  flapMinutes: z.number().min(0).default(60),
})

/** `mh-sf.config.json`, every part optional; unknown keys are refused. */
export const configFile = z.strictObject({
  /** Where the file's own schema is, for an editor. */
  $schema: z.string().optional(),
  match: z
    .strictObject({
      /** Several contacts with one address: choose the primary one, or leave them all to a person. */
      onSeveral: z.enum(['primary', 'review']).default('primary'),
    })
    .prefault({}),
  enrichment: z
    .strictObject({
      /** A field of Account that holds the tier. */
      tierField: field.default('Customer_Tier__c'),
      /** A field of Contact that holds the participant's id, if the org has one. */
      ownKeyField: field.optional(),
      /** Who counts as an existing customer. */
      existingCustomer: z
        .discriminatedUnion('by', [
          z.strictObject({ by: z.literal('contact') }),
          z.strictObject({ by: z.literal('accountType'), values: z.array(z.string()).min(1) }),
          z.strictObject({ by: z.literal('tier'), values: z.array(tier).min(1) }),
        ])
        .default({ by: 'contact' }),
    })
    .prefault({}),
  campaign: campaign.prefault({}),
  writeBack: writeBack.prefault({}),
  leads: leads.prefault({}),
  consent: consent.prefault({}),
  runs: runs.prefault({}),
  retention: retention.prefault({}),
  quota: quota.prefault({}),
  nightly: nightly.prefault({}),
  worker: worker.prefault({}),
  alerts: alerts.prefault({}),
  notify: notify.prefault({}),
})

export type Policy = z.infer<typeof configFile>

/** What a config file says, with every default filled in. Throws CONFIG_INVALID with all problems at once; `path` is told. */
export function policyOf(given: unknown, path: string): Policy {
  const parsed = configFile.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = problemsOf(configFile, parsed.error).map((problem) => `\n  ${problemText(problem)}`)
  throw new MhError(
    'CONFIG_INVALID',
    `${path} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:${problems.join('')}`,
    'docs/configuration.md lists what may stand there.',
  )
}

/** Every problem of what a config file says; none of one that can be used. */
export function policyProblems(given: unknown): ConfigProblem[] {
  const parsed = configFile.safeParse(given)
  return parsed.success ? [] : problemsOf(configFile, parsed.error)
}
