import type { App } from '../app/app.js'
import { MhError } from '../errors.js'
import type { PlannedContract } from '../sync/campaign-contract.js'
import { listCampaigns, makeCampaign, showCampaign, type CampaignMade, type CampaignShown } from '../sync/campaigns.js'
import { givenEvent } from './ask-for-event.js'
import { runStage } from '../render/run-stage.js'
import { showProgress } from './show-progress.js'
import { campaignTools } from './run-campaign-sync.js'

const CAMPAIGN_ID = /^701[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u

export interface CampaignCreateFlags {
  event?: string
  adopt?: string
  new: boolean
  'dry-run': boolean
  quiet: boolean
  'max-api-calls'?: number
}

/** Makes or adopts a Campaign as the flags say. */
export async function runCampaignCreate(app: App, flags: CampaignCreateFlags): Promise<CampaignMade> {
  const { adopt } = flags
  if (adopt !== undefined && !CAMPAIGN_ID.test(adopt)) {
    throw new MhError(
      'USAGE',
      `--adopt ${adopt} is not the id of a campaign.`,
      'It begins with 701 and has 15 or 18 letters and digits: the end of its address in Salesforce.',
    )
  }
  const tools = await campaignTools(app)
  const event = await givenEvent(app, flags.event)
  const request = { adopt, evenIfNamed: flags.new, dryRun: flags['dry-run'], maxApiCalls: flags['max-api-calls'] }
  return showProgress(app, flags.quiet, runStage, (watch) => makeCampaign(tools, event, request, watch))
}

/** Every event with its Campaign. */
export async function runCampaignList(app: App): Promise<PlannedContract[]> {
  return listCampaigns(await campaignTools(app))
}

/** One event's Campaign. */
export async function runCampaignShow(app: App, typed: string | undefined): Promise<CampaignShown> {
  const tools = await campaignTools(app)
  return showCampaign(tools, await givenEvent(app, typed))
}
