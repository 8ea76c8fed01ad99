import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class ReviewShow extends BaseCommand {
  static override summary = 'One participant and the records to choose from, side by side.'
  static override description = `Matches the person now, by the rules and with what was decided. Nothing is
written.`
  static override examples = ['<%= config.bin %> <%= command.id %> 680000000300000000000004']
  static override args = {
    participant: Args.string({ description: 'the id of the participant, as review list shows it', required: true }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ReviewShow)
    const [{ runReviewShow }, { reviewJson, reviewText }] = await Promise.all([
      import('../../cli/run-review.js'),
      import('../../render/review.js'),
    ])
    await using app = await this.open(flags)
    const { participant, match } = await runReviewShow(app, args.participant)
    this.log(reviewText(participant, match))
    return reviewJson(participant, match)
  }
}
