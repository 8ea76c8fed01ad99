import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class ReviewList extends BaseCommand {
  static override summary = 'People whom the rules could not match, and on whom nobody has decided.'
  static override description = `As the last backfill or sync left them. People appear as ids, with the
reason and the records in question.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --limit 500 --json',
  ]
  static override flags = {
    limit: Flags.integer({ description: 'show at most so many', min: 1, max: 10_000, default: 50 }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(ReviewList)
    const [{ runReviewList }, { parkedText }] = await Promise.all([
      import('../../cli/run-review.js'),
      import('../../render/review.js'),
    ])
    await using app = await this.open(flags)
    const parked = await runReviewList(app, flags.limit)
    this.log(parkedText(parked))
    return parked
  }
}
