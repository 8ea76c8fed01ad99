import { basename } from 'node:path'
import { z } from 'zod'
import { INDIVIDUAL_FLAGS } from '../domain/opt-out.js'
import { DEFAULT_RETENTION } from '../domain/retention.js'
import { MhError } from '../errors.js'
import { alerts, notify } from './alert-settings.js'
import { conflictsIn } from './config-conflicts.js'
import {
  problemsOf,
  problemText,
  sortedProblems,
  valueAt,
  type ConfigProblem,
  type PlaceOf,
} from './config-problems.js'

const tier = z.enum(['enterprise', 'growth', 'startup', 'community'])
const field = z.string().regex(/^\w+$/u, 'the API name of a field, as in Customer_Tier__c')
const fieldPolicy = z.enum(['never', 'when empty', 'when different'])
const gonePolicy = z.enum(['leave', 'mark', 'remove'])
/** What CampaignMember.Status holds (objects.md §5). */
const statusLabel = z.string().trim().min(1).max(40)

const status = (whom: string, label: string, hasResponded: boolean) =>
  z
    .strictObject({
      label: statusLabel.default(label).describe(`the status of members who ${whom}`),
      hasResponded: z.boolean().default(hasResponded).describe('whether that counts as a response'),
    })
    .prefault({})
    .describe(`members who ${whom}`)

const mapped = (what: string, name: string, policy: z.infer<typeof fieldPolicy>) =>
  z
    .strictObject({
      field: field.default(name).describe(`the field of Contact for ${what}`),
      policy: fieldPolicy.default(policy).describe('when it is written'),
    })
    .prefault({})
    .describe(what)

const writeBack = z
  .strictObject({
    onSync: z
      .boolean()
      .default(true)
      .describe('whether `campaign sync` tells Contacts as well; `contact push` always does'),
    fields: z
      .strictObject({
        lastEventName: mapped(
          'the name of the last event that somebody came to',
          'Last_Hackathon__c',
          'when different',
        ),
        lastEventDate: mapped('when that was', 'Last_Hackathon_Date__c', 'when different'),
        eventsAttended: mapped('how many events somebody came to', 'Hackathons_Attended__c', 'when different'),
        skills: mapped('the skills that somebody named', 'Hackathon_Skills__c', 'when different'),
        projects: mapped('the projects that somebody submitted', 'Hackathon_Projects__c', 'when different'),
        firstTouch: mapped('where somebody comes from', 'LeadSource', 'when empty'),
      })
      .prefault({})
      .describe(
        'where each fact about a person goes on Contact: a number field gets how many, a picklist the values it has, a text is cut to fit',
      ),
    firstTouch: z.string().min(1).max(255).default('Hackathon').describe('what `writeBack.fields.firstTouch` says'),
    onConflict: z
      .enum(['leave', 'overwrite'])
      .default('leave')
      .describe('somebody edited a value that we wrote: leave theirs and say so, or write ours again'),
  })
  .describe('what Contacts are told of what their people did')

const campaign = z
  .strictObject({
    type: z.string().max(40).optional().describe("Campaign.Type; without it the org's default"),
    parentId: z
      .string()
      .regex(/^701\w{12}(\w{3})?$/u, 'the id of a Campaign: 701 and 12 or 15 more')
      .optional()
      .describe('the Campaign above all of ours'),
    externalIdField: field
      .optional()
      .describe(
        "a field of Campaign that holds the event's id, if the org has one; without it a line in the description marks ours",
      ),
    liveDays: z
      .number()
      .int()
      .min(0)
      .default(30)
      .describe(
        '`campaign sync` without `--event` takes events that are open, in progress, or were over no more than so many days ago',
      ),
    status: z
      .strictObject({
        open: statusLabel.default('Planned').describe('Campaign.Status of an event that is open'),
        in_progress: statusLabel.default('In Progress').describe('Campaign.Status of an event in progress'),
        concluded: statusLabel.default('Completed').describe('Campaign.Status of an event that is over'),
      })
      .prefault({})
      .describe('Campaign.Status for each status of an event'),
    fields: z
      .strictObject({
        Name: fieldPolicy.default('when different').describe('when Name is written'),
        Type: fieldPolicy.default('when empty').describe('when Type is written'),
        Status: fieldPolicy.default('when different').describe('when Status is written'),
        IsActive: fieldPolicy.default('never').describe('when IsActive is written'),
        StartDate: fieldPolicy.default('when different').describe('when StartDate is written'),
        EndDate: fieldPolicy.default('when different').describe('when EndDate is written'),
        ParentId: fieldPolicy.default('when empty').describe('when ParentId is written'),
        Description: fieldPolicy.default('when empty').describe('when Description is written'),
      })
      .prefault({})
      .describe('when a field of an existing Campaign is written; a new one gets all'),
    memberStatuses: z
      .strictObject({
        registered: status('signed up', 'Registered', false),
        no_show: status('did not come', 'No Show', false),
        attended: status('came', 'Attended', true),
      })
      .prefault({})
      .describe('how the statuses of members are called, and which count as a response'),
    gone: z
      .strictObject({
        withdrawn: gonePolicy.default('leave').describe('what happens to the member of somebody who signed off'),
        deleted: gonePolicy.default('leave').describe('of somebody who was deleted on the platform'),
        banned: gonePolicy.default('leave').describe('of somebody who was banned there'),
        optedOut: gonePolicy.default('leave').describe('of somebody who opted out'),
        status: statusLabel
          .default('Withdrawn')
          .describe('the status that `mark` gives; made in the Campaign where a policy needs it'),
      })
      .prefault({})
      .describe('what happens to the members of people who are gone'),
  })
  .describe('Campaigns, and who is a member of them')

const consentSource = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('record') }).describe('`participants.salesforce.consent`: `given`, `at`, `source`'),
  z.strictObject({ by: z.literal('newsletter') }).describe('`users.notificationPreferences.newsletter`'),
  z
    .strictObject({
      by: z.literal('answer'),
      question: z.string().min(1).describe('the key of a question in `customResponses`'),
      values: z
        .array(z.string().min(1))
        .default(['yes', 'y', 'on', '1'])
        .describe('the answers that mean yes; true always does'),
    })
    .describe('an answer in the sign-up form'),
])

const leads = z
  .strictObject({
    create: z
      .boolean()
      .default(false)
      .describe(
        'whether `backfill` and `campaign sync` make Leads of people whom Salesforce does not know; `--create-leads` and `--no-create-leads` win',
      ),
    consent: z
      .array(consentSource)
      .min(1)
      .default([{ by: 'record' }, { by: 'newsletter' }])
      .describe(
        'where consent is recorded, in this order: `{"by":"record"}` (`participants.salesforce.consent`), `{"by":"newsletter"}` (`users.notificationPreferences.newsletter`), `{"by":"answer","question":…,"values":[…]}` (a question in `customResponses`; true always means yes). The first yes counts; a no in the record, or as the latest answer to such a question, wins over any yes. Without a yes no Lead is made',
      ),
    source: z.string().min(1).max(255).default('Hackathon').describe('Lead.LeadSource'),
    companyQuestion: z
      .string()
      .min(1)
      .default('company')
      .describe('the question of the sign-up form that asks for the company, where the account states none'),
    companyPlaceholder: z
      .string()
      .min(1)
      .max(255)
      .default('[not provided]')
      .describe('Lead.Company where neither profile nor the domain of the address tells one (free mail tells none)'),
    ownKeyField: field.optional().describe("a field of Lead that holds the participant's id, if the org has one"),
    defaults: z
      .record(field, z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe(
        'fields that every Lead of ours gets, as `{"Status":"New","Region__c":"EMEA"}`; a field that the org requires must stand here',
      ),
    assignmentRules: z
      .boolean()
      .default(false)
      .describe("whether the org's assignment rules run on Leads of ours; they may send mail"),
  })
  .describe('people whom Salesforce does not know')

const consentNeed = z.enum(['none', 'not refused', 'recorded'])

const consent = z
  .strictObject({
    lead: z
      .literal('recorded')
      .default('recorded')
      .describe("what a Lead needs of somebody's consent: always a recorded yes, as the org did not know them"),
    member: consentNeed
      .default('none')
      .describe(
        "what becoming a Campaign Member needs, of people whom the org knows, looked for as `leads.consent` says. Where it is asked for, its time and source stand on the run's line. Who lacks it is left out, and a member that is there is left",
      ),
    writeback: consentNeed.default('none').describe('the same for what is written to a Contact'),
  })
  .describe('what needs whose consent')

const optOut = z
  .strictObject({
    individual: z
      .strictObject({
        obey: z
          .array(z.enum(INDIVIDUAL_FLAGS))
          .default([...INDIVIDUAL_FLAGS])
          .describe(
            'which flags of the Individual of a Contact or Lead keep somebody out, where the org has Data Protection and Privacy on',
          ),
        tell: z
          .enum(['HasOptedOutSolicit', 'HasOptedOutProcessing', 'nothing'])
          .default('HasOptedOutSolicit')
          .describe('which flag of it `privacy opt-out` sets'),
      })
      .prefault({})
      .describe('flags of the Individual that a Contact or Lead is linked to'),
  })
  .describe('who is left alone')

const runs = z
  .strictObject({
    leaseSeconds: z
      .number()
      .int()
      .min(2)
      .max(3_600)
      .default(60)
      .describe('a run that gives no sign for so long has died, and another one may do its work'),
    keepDays: z.number().int().min(1).default(90).describe('how long runs and their changes are kept, and nights'),
  })
  .describe('the ledger')

const retention = z
  .strictObject({
    cacheMinutes: z
      .number()
      .min(0)
      .max(1_440)
      .default(DEFAULT_RETENTION.cacheMinutes)
      .describe('how long an answer of `lookup` is believed and kept; 0 keeps none'),
    usageDays: z
      .number()
      .int()
      .min(2)
      .default(DEFAULT_RETENTION.usageDays)
      .describe('how long it is kept how many API calls we made in each hour'),
    deadDays: z
      .number()
      .int()
      .min(1)
      .default(DEFAULT_RETENTION.deadDays)
      .describe('how long somebody is kept in the queue who was given up on'),
    alertDays: z
      .number()
      .int()
      .min(7)
      .default(DEFAULT_RETENTION.alertDays)
      .describe('how long it is kept how a rule of alerts stood that nobody judges any more'),
  })
  .describe('how long what is kept is kept')

/** Calls of 20 seconds or more that the platform takes at a time, whoever sends them (limits.md §2). */
const MOST_AT_ONCE = 25

const quota = z
  .strictObject({
    ceiling: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe("the share of the org's API calls of 24 hours up to which `mh-sf` goes; the rest is other people's"),
    reserve: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe(
        'calls below the ceiling that runs leave to `lookup` and other commands for which somebody waits; without it 2 % of the ceiling',
      ),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(MOST_AT_ONCE)
      .default(5)
      .describe('calls under way at a time; 25 is what the platform takes of long ones from everybody together'),
  })
  .describe("the org's allowance of API calls")

const nightly = z
  .strictObject({
    stale: z
      .string()
      .regex(/^\d{1,5}[dw]$/u, 'a time as in 30d or 4w')
      .default('30d')
      .describe(
        'whom the night looks at again: people whose last sync is so long ago, in days or weeks (`30d`, `4w`); new ones always',
      ),
    sample: z
      .number()
      .int()
      .min(1)
      .max(5_000)
      .default(200)
      .describe(
        'how many people of live events the night compares on both sides, others each night until all had their turn',
      ),
  })
  .describe('the night')

const worker = z
  .strictObject({
    callsPerMinute: z
      .number()
      .int()
      .min(1)
      .default(60)
      .describe('with `QUEUE_URL`: API calls of all workers together in a minute; one call looks up to 200 people up'),
  })
  .describe('who drains the queue')

/**
 * `mh-sf.config.json`, every part optional; unknown keys are refused. Its descriptions are what an editor shows, what `config init` writes
 * as comments and what docs/configuration.md lists.
 */
export const configFile = z.strictObject({
  $schema: z.string().optional().describe("where this file's own schema is, for an editor"),
  match: z
    .strictObject({
      onSeveral: z
        .enum(['primary', 'review'])
        .default('primary')
        .describe(
          'of several contacts with one address: `primary` takes the primary one by stated criteria, `review` parks them all',
        ),
    })
    .prefault({})
    .describe('who is who'),
  enrichment: z
    .strictObject({
      tierField: field
        .default('Customer_Tier__c')
        .describe('a field of Account whose value is Enterprise, Growth, Startup or Community'),
      ownKeyField: field.optional().describe("a field of Contact that holds the participant's id, if the org has one"),
      existingCustomer: z
        .discriminatedUnion('by', [
          z.strictObject({ by: z.literal('contact') }),
          z.strictObject({
            by: z.literal('accountType'),
            values: z.array(z.string()).min(1).describe('values of Account.Type'),
          }),
          z.strictObject({
            by: z.literal('tier'),
            values: z.array(tier).min(1).describe('tiers, as the tool calls them'),
          }),
        ])
        .default({ by: 'contact' })
        .describe(
          'who counts as an existing customer: every contact (`{"by":"contact"}`), or by the account (`{"by":"accountType","values":[…]}`, `{"by":"tier","values":[…]}`)',
        ),
    })
    .prefault({})
    .describe('what is read about people'),
  campaign: campaign.prefault({}),
  writeBack: writeBack.prefault({}),
  leads: leads.prefault({}),
  consent: consent.prefault({}),
  optOut: optOut.prefault({}),
  runs: runs.prefault({}),
  retention: retention.prefault({}),
  quota: quota.prefault({}),
  nightly: nightly.prefault({}),
  worker: worker.prefault({}),
  alerts: alerts.prefault({}),
  notify: notify.prefault({}),
})

export type Policy = z.infer<typeof configFile>

/** What a setting means, as the schema says it; undefined for one that there is not. */
export function meaningOf(path: readonly string[]): string | undefined {
  const schema = path.reduce<z.core.JSONSchema.BaseSchema | undefined>(
    (at, key) => {
      const below = at?.properties?.[key]
      return typeof below === 'object' ? below : undefined
    },
    z.toJSONSchema(configFile, { io: 'input' }),
  )
  return schema?.description
}

/**
 * What a config file says, with every default filled in. Throws CONFIG_INVALID with all problems at once; `path` is told, and where each
 * setting stands by `placeOf`.
 */
export function policyOf(given: unknown, path: string, placeOf?: PlaceOf): Policy {
  const problems = policyProblems(given, placeOf)
  if (problems.length > 0) throw configInvalid(path, problems)
  return configFile.parse(given)
}

/** Every problem of what a config file says; none of one that can be used. */
export function policyProblems(given: unknown, placeOf?: PlaceOf): ConfigProblem[] {
  const { error } = configFile.safeParse(given)
  const bySchema = error ? problemsOf(configFile, error, given, placeOf) : []
  return sortedProblems([...bySchema, ...conflicts(given, placeOf)])
}

/** Told of what stands in the file, beside whatever else is wrong there. */
function conflicts(given: unknown, placeOf?: PlaceOf): ConfigProblem[] {
  const byDefault = configFile.parse({})
  const textIn = (value: unknown) => (typeof value === 'string' ? value.trim() : undefined)
  return conflictsIn((path) => textIn(valueAt(given, path) ?? valueAt(byDefault, path)))
    .filter(({ path }) => valueAt(given, path) !== undefined)
    .map(({ path, message }) => ({ path: path.join('.'), message, ...placeOf?.(path, 'value') }))
}

/** The error for a config file that cannot be used, with all that is wrong with it. */
export function configInvalid(path: string, problems: readonly ConfigProblem[]): MhError {
  const lines = problems.map((problem) => `\n  ${problemText(problem, basename(path))}`)
  return new MhError(
    'CONFIG_INVALID',
    `${path} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:${lines.join('')}`,
    'docs/configuration.md lists what may stand there.',
  )
}
