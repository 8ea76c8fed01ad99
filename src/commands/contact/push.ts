import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { maxApiCalls } from '../../cli/max-api-calls.js'
import { yes } from '../../cli/yes-flag.js'

export default class ContactPush extends BaseCommand {
  static override summary = 'Tell the Contacts of an event what they did: hackathons, skills, projects.'
  static override description = `Compares the mapped fields (writeBack.fields) with what the platform knows
of each person, over all events, and sends those that differ, by the policy
of each: never, when empty, when different. A value of ours that somebody
edited since is left, unless writeBack.onConflict says otherwise. Fields
that the org or the user's rights lack are named and left out. A second run
sends nothing.`
  static override examples = [
    { description: 'Write back', command: '<%= config.bin %> <%= command.id %> --event spring-2026' },
    {
      description: 'See what would change',
      command: '<%= config.bin %> <%= command.id %> --event spring-2026 --dry-run',
    },
  ]
  static override flags = {
    event: Flags.string({ char: 'e', description: 'the event: id, slug, name, or a piece that fits only one' }),
    'dry-run': Flags.boolean({ description: 'read and decide, write nothing', default: false }),
    via: Flags.option({
      options: ['auto', 'collections', 'bulk'] as const,
      default: 'auto' as const,
      description: 'how contacts are written: 200 to a call, by Bulk API 2.0 jobs, or whichever is better',
    })(),
    wait: Flags.string({
      description: 'wait so long for a Bulk job, as in 30m; then it goes on without this (default 2h)',
    }),
    yes: yes(),
    'max-api-calls': maxApiCalls(),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(ContactPush)
    const [{ runContactPush }, { contactJson, contactText }] = await Promise.all([
      import('../../cli/run-contact-push.js'),
      import('../../render/contact-push.js'),
    ])
    await using app = await this.open(flags)
    const { result, exitCode } = await runContactPush(app, flags)
    this.log(contactText(result))
    if (result.stopped) this.complain(result.stopped)
    process.exitCode = exitCode
    return contactJson(result)
  }
}
