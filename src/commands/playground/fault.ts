import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'

export default class PlaygroundFault extends BaseCommand {
  static override summary = 'Arm a fault in the practice org: the next request that it fits meets it.'
  static override description = `KIND is reply, error, edge, drop, stall, delay, cut, maintenance, expire,
revoke, lock, redirect, or a status. Without KIND it says what each does and
which flags it takes. --list shows the faults that wait, --clear forgets
them.`
  static override examples = [
    {
      description: 'The next create is done, and its answer lost',
      command: '<%= config.bin %> <%= command.id %> drop --applied --on POST --path "*/sobjects/Contact"',
    },
    {
      description: 'Two requests find a row locked',
      command: '<%= config.bin %> <%= command.id %> error --code UNABLE_TO_LOCK_ROW --times 2',
    },
    {
      description: 'A third of the rows of the next ingest job is locked',
      command: '<%= config.bin %> <%= command.id %> lock --share 0.33 --path "*/jobs/ingest"',
    },
    {
      description: 'The third page of a query comes late, the next one is cut off',
      command: '<%= config.bin %> <%= command.id %> delay --delay 5s --path "*/query/*" --skip 1',
    },
    {
      description: 'A gateway in front of the org gives up',
      command: '<%= config.bin %> <%= command.id %> 504 --applied',
    },
    { description: 'What waits', command: '<%= config.bin %> <%= command.id %> --list' },
    { description: 'Nothing is to go wrong any more', command: '<%= config.bin %> <%= command.id %> --clear' },
  ]
  static override args = {
    kind: Args.string({ description: 'what is to happen, or the status to answer' }),
  }
  static override flags = {
    list: Flags.boolean({ description: 'show the faults that wait', exclusive: ['clear'] }),
    clear: Flags.boolean({ description: 'forget all faults that wait' }),
    on: Flags.string({ description: 'only requests of this method', helpValue: 'METHOD' }),
    path: Flags.string({ description: 'only paths like this; * is any text', helpValue: 'GLOB' }),
    times: Flags.integer({ description: 'how many requests are hit  [default: 1]', min: 1 }),
    skip: Flags.integer({ description: 'how many pass unharmed first', min: 0 }),
    applied: Flags.boolean({ description: 'the work is done first: the effect stays, its answer is lost' }),
    status: Flags.integer({ description: 'the status to answer' }),
    body: Flags.string({ description: 'the body to answer: JSON, HTML or text' }),
    code: Flags.string({ description: 'the error code to answer, e.g. REQUEST_LIMIT_EXCEEDED' }),
    message: Flags.string({ description: 'its message' }),
    'retry-after': Flags.integer({ description: 'seconds that the answer asks to wait' }),
    delay: Flags.string({ description: 'how late the answer is, e.g. 2s' }),
    bytes: Flags.integer({ description: 'how much of the body arrives' }),
    'then-stall': Flags.boolean({ description: 'after them the socket stays open and silent' }),
    share: Flags.string({ description: 'share of the records that are locked, 0 to 1' }),
    to: Flags.string({ description: 'where the client is sent', helpValue: 'URL' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(PlaygroundFault)
    const { faultOf, faultsText, kindsText } = await import('../../cli/playground-fault.js')
    const { openControl } = await import('../../cli/playground-control.js')
    if (args.kind === undefined && !flags.list && !flags.clear) {
      this.log(kindsText())
      return {}
    }
    const fault = args.kind === undefined ? undefined : faultOf(args.kind, flags)
    const control = await openControl(this.config.dataDir)
    if (flags.clear) await control.post('/faults/disarm', {})
    if (fault !== undefined) await control.post('/faults', fault)
    const faults = (await control.get('/faults')) as Parameters<typeof faultsText>[0]
    this.log(faultsText(faults))
    return { faults }
  }
}
