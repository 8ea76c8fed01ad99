import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { parseJson } from '../json.js'

const HELPER = fileURLToPath(new URL('../../bin/keychain.js', import.meta.url))
const SERVICE = 'mh-sf'
const reply = z.union([
  z.object({ secret: z.string().nullable() }),
  z.object({ problem: z.string(), isAbsent: z.boolean().optional() }),
])

/** What a keychain answered: the entry, that there is none, or why it cannot be asked; `isAbsent`: there is nothing to ask. */
export type KeychainAnswer = { secret: string | undefined } | { problem: string; isAbsent?: boolean }

/** The keychain of the operating system, asked by a process that ends after so long: a locked one waits for a person. */
export class Keychain {
  constructor(
    private readonly patienceMs: number,
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {}

  /** Why there is none on this machine, as far as that can be seen without asking; undefined where there may be one. */
  whyNone(): string | undefined {
    if (process.platform !== 'linux') return undefined
    const { DBUS_SESSION_BUS_ADDRESS: bus, XDG_RUNTIME_DIR: runtime } = this.environment
    if (bus !== undefined && bus !== '') return undefined
    if (runtime !== undefined && existsSync(join(runtime, 'bus'))) return undefined
    return 'nobody is logged in to a desktop here (no session bus)'
  }

  async read(account: string): Promise<KeychainAnswer> {
    return this.#ask({ service: SERVICE, account })
  }

  /** Writes an entry and reads it back. */
  async write(account: string, secret: string): Promise<KeychainAnswer> {
    return this.#ask({ service: SERVICE, account, secret })
  }

  async #ask(request: object): Promise<KeychainAnswer> {
    const why = this.whyNone()
    if (why !== undefined) return { problem: why, isAbsent: true }
    const signal = AbortSignal.timeout(this.patienceMs)
    const helper = spawn(process.execPath, [HELPER], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...this.environment },
      signal,
      killSignal: 'SIGKILL',
    })
    const ended = new Promise<void>((resolve) => {
      helper.once('error', () => {
        resolve()
      })
      helper.once('close', () => {
        resolve()
      })
    })
    helper.stdin.on('error', () => undefined)
    helper.stdin.end(JSON.stringify(request))
    const [told] = await Promise.all([text(helper.stdout).catch(() => ''), ended])
    const answer = reply.safeParse(parseJson(told))
    if (!answer.success)
      return { problem: signal.aborted ? `it did not answer within ${this.patienceMs / 1_000} s` : 'it gave no answer' }
    return 'problem' in answer.data ? answer.data : { secret: answer.data.secret ?? undefined }
  }
}
