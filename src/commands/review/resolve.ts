import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class ReviewResolve extends BaseCommand {
  static override summary = 'Decide which record a parked participant is; remembered, and beats every rule.'
  static override description = `The decision wins from then on, in every command, and survives merges and
conversions. On a terminal without a flag it shows the candidates and asks.
The next backfill or sync writes it to the participant.`
  static override examples = [
    { description: 'Choose from a list', command: '<%= config.bin %> <%= command.id %> 680000000300000000000004' },
    {
      description: 'Say which one',
      command: '<%= config.bin %> <%= command.id %> 680000000300000000000004 --record 0035d000000000gAAA',
    },
    {
      description: 'It is none of them',
      command: '<%= config.bin %> <%= command.id %> 680000000300000000000004 --nobody',
    },
    {
      description: 'Let the rules decide again',
      command: '<%= config.bin %> <%= command.id %> 680000000300000000000004 --forget',
    },
  ]
  static override args = {
    participant: Args.string({ description: 'the id of the participant, as review list shows it', required: true }),
  }
  static override flags = {
    record: Flags.string({ description: 'the contact or lead that it is', helpValue: '003…|00Q…' }),
    nobody: Flags.boolean({ description: 'none of them: the person is not in Salesforce' }),
    forget: Flags.boolean({ description: 'forget an earlier decision' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ReviewResolve)
    const { runReviewResolve } = await import('../../cli/run-review.js')
    await using app = await this.open(flags)
    const resolved = await runReviewResolve(app, args.participant, flags)
    if (resolved.kind === 'forgotten') {
      this.log(`Forgotten: the rules decide on ${args.participant} again.`)
      return { participantId: args.participant, decided: null }
    }
    const recordId = resolved.recordId ?? null
    this.log(`Remembered: ${args.participant} is ${recordId ?? 'nobody in Salesforce'}.`)
    this.log('The next backfill or sync writes it.')
    return { participantId: args.participant, decided: { recordId } }
  }
}
