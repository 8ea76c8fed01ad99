import { z } from 'zod'

/** Who is told by mail. */
export const notify = z
  .strictObject({
    email: z
      .strictObject({
        from: z.email().optional().describe('with `SMTP_URL`: who writes'),
        to: z.array(z.email()).max(50).default([]).describe('with `SMTP_URL`: whom to'),
      })
      .prefault({})
      .describe('mail'),
  })
  .describe('who is told')

const share = z.number().min(0).max(1)
const isOn = (what: string) => z.boolean().default(true).describe(`whether it is looked after ${what}`)

/** A rule of `alerts`: it can be switched off, and be more or less urgent. */
const rule = <T extends z.ZodRawShape>(what: string, severity: 'warning' | 'critical', shape: T) =>
  z
    .strictObject({
      on: isOn(what),
      severity: z.enum(['warning', 'critical']).default(severity).describe('how urgent it is'),
      ...shape,
    })
    .describe(what)

const least = (of: string) => z.number().int().min(1).default(20).describe(`of fewer ${of} nothing is said`)

/** The rules of `alerts`, each with its limits. */
export const alerts = z
  .strictObject({
    failures: rule('how much fails', 'warning', {
      limit: z.number().int().min(0).default(10).describe('fires above so many failures in an hour'),
    }).prefault({}),
    quota: z
      .strictObject({
        on: isOn("how much of the org's API calls of 24 hours is used"),
        warn: share.default(0.8).describe('a warning from this share on'),
        critical: share.default(0.9).describe('critical above this share'),
      })
      .prefault({})
      .describe("how much of the org's API calls of 24 hours is used"),
    connection: rule('whether Salesforce answers', 'critical', {
      limit: z.number().int().min(1).default(3).describe('fires from so many failures in a row on'),
    }).prefault({}),
    success: rule('how many changes are made', 'warning', {
      limit: share.default(0.95).describe('fires below this share of changes made in 24 hours'),
      least: least('changes'),
    }).prefault({}),
    errors: rule('whose last sync failed', 'warning', {
      limit: share.default(0.05).describe('fires above this share of people whose last sync failed'),
      least: least('people'),
    }).prefault({}),
    lookups: rule('how long lookups take', 'warning', {
      milliseconds: z.number().gt(0).default(500).describe('fires above this average of an hour'),
      least: least('lookups'),
    }).prefault({}),
    nights: rule('whether the nights go well', 'critical', {
      hours: z.number().gt(0).default(26).describe('fires when no night went well for longer'),
    }).prefault({}),
    queue: rule('who waits', 'warning', {
      minutes: z.number().gt(0).default(30).describe('fires when somebody waits for longer'),
    }).prefault({}),
    coolDownHours: z
      .number()
      .gt(0)
      .default(6)
      .describe('what still fires and nobody has acknowledged is told again after so many hours'),
    flapMinutes: z
      .number()
      .min(0)
      .default(60)
      .describe('what comes and goes is not told to fire again before so many minutes'),
  })
  .describe('what is looked after, by rules')
