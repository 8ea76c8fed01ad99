import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from '../../src/app/app.js'
import { loadSettings } from '../../src/app/settings.js'
import { withTargetOrg } from '../../src/app/target-org.js'
import { systemClock } from '../../src/clock.js'
import type { LoginFlags, LoginTools } from '../../src/cli/run-login.js'
import { startOrg, type Org } from '../../src/playground/org/org.js'
import { freePort } from './free-port.js'

/** An org whose app takes every way to log in, and this machine's user who has never logged in. */
export interface LoginWorld {
  org: Org
  app: { clientId: string; clientSecret: string; username: string }
  /** Where the browser may come back to. */
  port: number
  home: string
  keyPath: string
  /** What a command of this user would open: with these settings, and the org of this name. */
  open: (environment?: Record<string, string>, target?: string) => Promise<App>
  close: () => Promise<void>
}

/** One key for all: making one takes longer than a login. */
const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

export async function aLoginWorld(): Promise<LoginWorld> {
  const home = mkdtempSync(join(tmpdir(), 'mh-sf-login-'))
  const { publicKey, privateKey } = KEYS
  const port = await freePort()
  const app = { clientId: 'the-app', clientSecret: 'canary-consumer-secret', username: 'bot@mongohacks.example' }
  const consumer = { ...app, publicKey, callbackUrls: [`http://localhost:${port}/OauthRedirect`], approved: true }
  const org = await startOrg({ consumer })
  const keyPath = join(home, 'server.key')
  writeFileSync(keyPath, privateKey, { mode: 0o600 })
  const directories = { data: join(home, 'data'), cache: join(home, 'cache') }
  const who = { command: 'test', arguments: [], user: 'ada', host: 'here', pid: process.pid, version: '1' }
  const open = async (environment: Record<string, string> = {}, target?: string) => {
    const own = await loadSettings({ MH_SF_SECRET_STORE: 'file', ...environment }, home)
    const settings = await withTargetOrg(own, directories.data, target)
    return new App(settings, directories, systemClock, new AbortController().signal, who)
  }
  const close = async () => {
    await org.close()
    rmSync(home, { recursive: true, force: true })
  }
  return { org, app, port, home, keyPath, open, close }
}

/** A browser without a screen: goes where it is sent, and answers the org's question. */
export async function browse(url: string, answer: 'allow' | 'deny' = 'allow'): Promise<string> {
  const asked = await fetch(url, { redirect: 'manual' })
  const sent = asked.headers.get('location')
  if (sent !== null) return (await fetch(sent)).text()
  const page = await asked.text()
  const key = /name="key" value="([^"]+)"/u.exec(page)?.[1]
  if (key === undefined) return page
  const decided = await fetch(new URL('/services/oauth2/authorize', url), {
    method: 'POST',
    body: new URLSearchParams({ key, decision: answer }),
    redirect: 'manual',
  })
  return (await fetch(decided.headers.get('location') ?? '')).text()
}

/** Tools of `auth login` where nobody sits: what was told is kept, and no browser opens. */
export function unattended(tools: Partial<LoginTools> = {}): LoginTools & { told: string[] } {
  const told: string[] = []
  return {
    told,
    tell: (line) => told.push(line),
    openBrowser: () => Promise.resolve(),
    stdin: () => Promise.resolve(''),
    ...tools,
  }
}

export const NO_FLAGS: LoginFlags = { playground: false }

/**
 * A directory for PATH with a program `sf` that prints what plugin-org 5.11.26 does (src/commands/org/display.ts,
 * src/commands/org/auth/show-access-token.ts): `answers` by the words before `--target-org`, each with its exit code as `status`. What it
 * was given is noted in `sf.log` of the home.
 */
export function aSalesforceCli(home: string, answers: Record<string, object>): string {
  const directory = join(home, 'bin')
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'sf')
  const program = `#!${process.execPath}
const words = process.argv.slice(2)
const log = ${JSON.stringify(join(home, 'sf.log'))}
require('node:fs').appendFileSync(log, JSON.stringify({ words, environment: process.env }) + '\\n')
const answer = ${JSON.stringify(answers)}[words.slice(0, words.indexOf('--target-org')).join(' ')]
console.log(JSON.stringify(answer))
process.exit(answer.status)
`
  writeFileSync(path, program)
  chmodSync(path, 0o755)
  return directory
}
