import { hostname } from 'node:os'
import { Command, Flags } from '@oclif/core'
import type { MhError } from '../errors.js'
import type { App } from '../app/app.js'
import type { Settings, WhenWrong } from '../app/settings.js'
import { asMhError, errorJson, errorText } from '../render/error.js'
import { printableJson } from '../render/printable.js'
import { redact } from '../render/redact.js'
import { userName } from './user-name.js'
import { watchProcess, type ProcessWatch } from './process-end.js'

/** What leads to somebody whom the playground does not stand for, or logs in another way than it wants. */
const NOT_PRACTISED = {
  QUEUE_URL: undefined,
  SLACK_WEBHOOK_URL: undefined,
  ALERT_WEBHOOK_URL: undefined,
  SMTP_URL: undefined,
  SF_LOGIN_FLOW: undefined,
  SF_TARGET_ORG: undefined,
  SF_ORG_ID: undefined,
  SF_CLIENT_SECRET: undefined,
  SF_PASSWORD: undefined,
  SF_SECURITY_TOKEN: undefined,
  MH_SF_SECRET_STORE: 'file',
}

/** What is said to every command about the world that it works in. */
export interface GlobalFlags {
  playground: boolean
  quiet: boolean
  'target-org'?: string | undefined
  /** The environment alone says how to log in, whatever the default org is. */
  ownLogin?: boolean
}

/** What every command has: `--json`, `--quiet`, `--playground`, `--target-org`, one way to fail and one way to stop. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    playground: Flags.boolean({
      description: 'use the local practice org and database instead of your own; starts them if they are not running',
      helpGroup: 'GLOBAL',
    }),
    'target-org': Flags.string({
      description: 'the org of this name, of those that `auth login --alias` has added; else SF_TARGET_ORG',
      helpGroup: 'GLOBAL',
      helpValue: 'NAME',
      exclusive: ['playground'],
    }),
    quiet: Flags.boolean({ char: 'q', description: 'print only the result and errors', helpGroup: 'GLOBAL' }),
  }

  #watch: ProcessWatch | undefined
  #toldJson = false

  override async init(): Promise<void> {
    this.#watch = watchProcess((error) => {
      this.#fail(asMhError(error))
    })
    await super.init()
  }

  /**
   * Settings and both systems, to be closed by `await using`. Nothing is connected before it is asked for. A config file that cannot be
   * used ends the command, unless `whenWrong` wants to be told.
   */
  protected async open(flags: GlobalFlags, whenWrong?: WhenWrong): Promise<App> {
    return (await this.opener(flags, whenWrong))()
  }

  /** The same as often as it is wanted, with settings that are read once. */
  protected async opener(flags: GlobalFlags, whenWrong?: WhenWrong): Promise<() => App> {
    const [{ App }, { loadSettings }, { systemClock }] = await Promise.all([
      import('../app/app.js'),
      import('../app/settings.js'),
      import('../clock.js'),
    ])
    const { environment, directories, absent } = flags.playground
      ? await this.#playground(flags.quiet)
      : await this.#own()
    const settings = await this.#targeted(await loadSettings(environment, process.cwd(), whenWrong), flags)
    // Nor may what is practised reach a real Redis, or people, that a file of the working directory names.
    if (flags.playground) settings.environment = { ...settings.environment, ...NOT_PRACTISED }
    const signal = this.settleOnSignal()
    return () => new App(settings, directories, systemClock, signal, this.#who(), absent)
  }

  /** Aborts when the command is to stop; who asks for it promises to end soon after. */
  protected settleOnSignal(): AbortSignal {
    this.#watch?.settleOnSignal()
    return this.#watch?.signal ?? AbortSignal.abort()
  }

  /** For people, while it goes on: stderr, with `--json` too, silent with `--quiet`. */
  protected tell(line: string, quiet: boolean): void {
    if (!quiet) process.stderr.write(`${line}\n`)
  }

  /** The result for a spreadsheet: to the byte, as its last line has an end of its own. */
  protected logCsv(table: string): void {
    process.stdout.write(table)
  }

  /** Why a result is not all that was asked for: on stderr, unless the result is a document that says it itself. */
  protected complain(error: MhError): void {
    if (!this.jsonEnabled()) process.stderr.write(`${errorText(error)}\n`)
  }

  protected override catch(error: unknown): Promise<void> {
    const known = asMhError(error)
    const debugging = known.code === 'UNEXPECTED' && process.env.DEBUG?.includes('mh-sf') === true
    if (debugging && error instanceof Error) process.stderr.write(`${redact(String(error.stack))}\n`)
    this.#fail(known)
    return Promise.resolve()
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    this.#watch?.finished()
    await super.finally(error)
  }

  /** Exactly one document, whatever happens. */
  override logJson(json: unknown): void {
    if (this.#toldJson) return
    this.#toldJson = true
    process.stdout.write(`${printableJson(json, 2)}\n`)
  }

  #fail(error: MhError): void {
    process.exitCode = error.exitCode
    if (error.code === 'OUTPUT_FAILED') process.stderr.write(`${errorText(error)}\n`)
    else if (this.jsonEnabled()) this.logJson(errorJson(error))
    else this.complain(error)
  }

  /** For the ledger: what was typed, by whom, where. Secrets are never flags. */
  #who() {
    return {
      command: (this.id ?? '').replaceAll(':', ' '),
      arguments: this.argv,
      user: userName(),
      host: hostname(),
      pid: process.pid,
      version: this.config.version,
    }
  }

  async #targeted(settings: Settings, flags: GlobalFlags): Promise<Settings> {
    if (flags.playground || flags.ownLogin) return settings
    const { withTargetOrg } = await import('../app/target-org.js')
    return withTargetOrg(settings, this.config.dataDir, flags['target-org'])
  }

  async #own() {
    const { ownEnvironment } = await import('./own-environment.js')
    const directories = { data: this.config.dataDir, cache: this.config.cacheDir }
    return { environment: ownEnvironment(), directories, absent: {} }
  }

  /** Nothing of the real org or database may leak in or out: another environment, other directories. */
  async #playground(quiet: boolean) {
    const [{ noDatabase, openPlayground, playgroundDirectory }, { ownEnvironment }] = await Promise.all([
      import('./playground.js'),
      import('./own-environment.js'),
    ])
    ownEnvironment()
    const { environment, mongo } = await openPlayground(this.config.dataDir, (line) => {
      this.tell(line, quiet)
    })
    const directory = playgroundDirectory(this.config.dataDir)
    return {
      environment: { ...environment, MH_SF_CONFIG: process.env.MH_SF_CONFIG },
      directories: { data: directory, cache: directory },
      // Not even a database that a file of the working directory names.
      absent: mongo === undefined ? { mongo: noDatabase() } : {},
    }
  }
}
