import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'

/** What a command printed as JSON. */
export interface SfAnswer {
  readonly status: number
  readonly result?: unknown
  readonly name?: string
  readonly message?: string
  readonly data?: unknown
}

/** Keeps a process on this machine: a name is noted and not looked up; an address is no name. */
const NO_NAMES = `import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
const lookUp = dns.lookup
const refusal = (name) => {
  if (isIP(name)) return undefined
  appendFileSync(process.env.NAMES_ASKED, name + '\\n')
  return new Error('no names here: ' + name)
}
dns.lookup = (name, options, done) => {
  const refused = refusal(name)
  if (refused) process.nextTick(done ?? options, refused)
  else lookUp(name, options, done)
}
dns.lookup[promisify.custom] = async (name, options) => {
  const refused = refusal(name)
  if (refused) throw refused
  return promisify(lookUp)(name, options)
}`

/** The Salesforce CLI in a home of its own: no telemetry, no look for updates, and nothing but loopback can be reached. */
export class SfCli {
  readonly home = mkdtempSync(join(tmpdir(), 'mh-sf-cli-'))
  readonly #binary: string
  readonly #asked = join(this.home, 'names-asked')

  constructor(binary: string) {
    this.#binary = binary
    this.write('no-names.mjs', NO_NAMES)
    this.write('names-asked', '')
  }

  /** Names of hosts that commands wanted to reach. */
  namesAsked(): string[] {
    return readFileSync(this.#asked, 'utf8').split('\n').slice(0, -1)
  }

  /** A file in the home, where commands run. */
  write(name: string, text: string): void {
    writeFileSync(join(this.home, name), text)
  }

  /** Runs a command with --json, in the home or in a directory of it. */
  async json(args: readonly string[], env: Readonly<Record<string, string>> = {}, directory = ''): Promise<SfAnswer> {
    const { stdout, stderr } = await this.#run([...args, '--json'], env, directory)
    try {
      return JSON.parse(stdout) as SfAnswer
    } catch {
      throw new Error(`sf ${args.join(' ')} printed no JSON: ${stdout} ${stderr}`)
    }
  }

  /** Runs a command as a person does; what it printed. */
  async text(args: readonly string[]): Promise<string> {
    return (await this.#run(args, {})).stdout
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  #run(args: readonly string[], env: Readonly<Record<string, string>>, directory = '') {
    return execa(this.#binary, args, {
      cwd: join(this.home, directory),
      env: { ...this.environment(), ...env },
      extendEnv: false,
      reject: false,
    })
  }

  /** Of every command of it, and of who starts it by itself. */
  environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      NODE_COMPILE_CACHE: join(this.home, 'compiled'),
      NODE_OPTIONS: `--import ${pathToFileURL(join(this.home, 'no-names.mjs')).href}`,
      NAMES_ASKED: this.#asked,
      SF_AUTOUPDATE_DISABLE: 'true',
      SF_DISABLE_LOG_FILE: 'true',
      SF_DISABLE_TELEMETRY: 'true',
      SF_HIDE_RELEASE_NOTES: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
    }
  }
}
