import type { ConfigSetting } from '../app/config-edit.js'
import type { Settings } from '../app/settings.js'
import { describeOrg } from '../salesforce/describe-org.js'
import type { App } from '../app/app.js'
import type { Choice, Conversation } from './conversation.js'
import { consentOf, QUESTIONS, questionOf, STATUSES, wrongTwin, type SetUpFlag } from './set-up-questions.js'

const NO_TYPE = { name: "none: the org's default", value: 'none' }

/** What stands in the config file: Campaigns as the org knows them, consent, the share of the allowance. `org` is there once the login works. */
export async function askPolicy(
  settings: Settings,
  org: App | undefined,
  talk: Conversation,
  consent: readonly string[] | undefined,
): Promise<ConfigSetting[]> {
  const described = org && (await describeOrg(org.org()))
  const values = (object: string, field: string): Choice[] =>
    (described?.get(object)?.fields.get(field)?.values ?? []).map((value) => ({ name: value, value }))
  const type = await talk.choice(
    questionOf('campaign-type', settings),
    [NO_TYPE, ...values('Campaign', 'Type')],
    'another one…',
  )
  const answers: ConfigSetting[] = [settingOf('campaign-type', type === 'none' ? undefined : type)]
  const statuses = values('CampaignMember', 'Status')
  const labels: string[] = []
  for (const flag of STATUSES) {
    const label = await askStatus(flag, settings, statuses, talk, labels)
    labels.push(label)
    answers.push(settingOf(flag, label))
  }
  answers.push(settingOf('consent', consentOf(await askConsent(settings, talk, consent))))
  answers.push(settingOf('quota-share', Number(await talk.text(questionOf('quota-share', settings)))))
  return answers
}

/** The org's own statuses, and ours, which a sync makes where they are missing; none that another one is called already. */
async function askStatus(
  flag: SetUpFlag,
  settings: Settings,
  inOrg: readonly Choice[],
  talk: Conversation,
  taken: readonly string[],
): Promise<string> {
  const { now, ...asked } = questionOf(flag, settings)
  const isTaken = wrongTwin(taken)
  const question = {
    ...asked,
    wrong: (label: string) => asked.wrong?.(label) ?? isTaken(label),
    ...(now !== undefined && (!talk.asks || isTaken(now) === undefined) && { now }),
  }
  const ours = question.byDefault ?? ''
  const isThere = inOrg.some(({ value }) => value === ours)
  const choices = isThere ? inOrg : [{ name: `${ours} (made on each Campaign)`, value: ours }, ...inOrg]
  const free = choices.filter(({ value }) => isTaken(value) === undefined)
  return talk.choice(question, free, 'another one…')
}

async function askConsent(settings: Settings, talk: Conversation, given: readonly string[] | undefined) {
  const { asks, now, byDefault = '' } = questionOf('consent', settings)
  const known = (now ?? byDefault).split(',')
  if (given !== undefined) return given
  if (!talk.asks) return known
  const answers = known.filter((each) => each.startsWith('answer:'))
  const chosen = await talk.several(asks, [
    {
      name: 'record',
      description: 'participants.salesforce.consent',
      value: 'record',
      checked: known.includes('record'),
    },
    {
      name: 'newsletter',
      description: "the platform's setting",
      value: 'newsletter',
      checked: known.includes('newsletter'),
    },
    ...answers.map((value) => ({ name: value, value, checked: true })),
    { name: 'a question of the sign-up form…', value: 'ask', checked: false },
  ])
  if (!chosen.includes('ask')) return chosen
  const question = await talk.text({ flag: 'consent-question', asks: 'Key of that question in customResponses' })
  return [...chosen.filter((each) => each !== 'ask'), `answer:${question}`]
}

function settingOf(
  flag: 'campaign-type' | (typeof STATUSES)[number] | 'consent' | 'quota-share',
  value: unknown,
): ConfigSetting {
  return { path: QUESTIONS[flag].path, value }
}
