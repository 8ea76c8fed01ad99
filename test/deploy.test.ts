import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { credentialsOf } from '../src/app/settings.js'
import { policyOf } from '../src/app/policy.js'
import { listenAddress } from '../src/worker/health-server.js'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8')
const { flags } = z
  .object({ commands: z.object({ worker: z.object({ flags: z.record(z.string(), z.unknown()) }) }) })
  .parse(JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))).commands.worker

/** Whether the words are a command line that this version understands. */
function isWorker(words: readonly string[]): boolean {
  const [command, ...rest] = words
  const named = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2))
  const address = rest[rest.indexOf('--listen') + 1] ?? ''
  return command === 'worker' && named.every((name) => name in flags) && listenAddress(address).port === 9464
}

describe('what runs a worker as a service', () => {
  test('for systemd starts it as this version is started, and ends it no earlier than it needs', () => {
    const unit = read('systemd/mh-sf-worker.service')
    const [, line = ''] = /^ExecStart=\/usr\/local\/bin\/mh-sf (.*)$/mu.exec(unit) ?? []
    expect(isWorker(line.split(' '))).toBe(true)
    expect(Number(/^TimeoutStopSec=(\d+)$/mu.exec(unit)?.[1])).toBeGreaterThanOrEqual(15)
  })

  // Every machine with systemd has it; where there is none, nobody runs the unit.
  test.runIf(existsSync('/usr/bin/systemd-analyze'))('for systemd is a unit that systemd understands', () => {
    const where = mkdtempSync(join(tmpdir(), 'mh-sf-unit-'))
    try {
      const path = join(where, 'mh-sf-worker.service')
      writeFileSync(path, read('systemd/mh-sf-worker.service').replace('/usr/local/bin/mh-sf', '/bin/true'))
      expect(execFileSync('systemd-analyze', ['verify', path], { encoding: 'utf8', stdio: 'pipe' })).toBe('')
    } finally {
      rmSync(where, { recursive: true, force: true })
    }
  })

  test('in a container copies what there is, and names settings that there are', () => {
    const file = read('docker/Dockerfile')
    const copied = [...file.matchAll(/^COPY (?!--from)(.*) \S+$/gmu)].flatMap(([, paths = '']) => paths.split(' '))
    expect(copied).toContain('src')
    const allowed = read('docker/Dockerfile.dockerignore').split('\n')
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true)
      expect(allowed).toContain(`!${path}`)
    }
    const [, words = ''] = /^CMD \[("worker".*)\]$/mu.exec(file) ?? []
    expect(isWorker(z.array(z.string()).parse(JSON.parse(`[${words}]`)))).toBe(true)
    const [, key = ''] = /SF_PRIVATE_KEY_PATH=(\S+)/u.exec(file) ?? []
    const environment = { SF_CLIENT_ID: 'id', SF_USERNAME: 'user', SF_PRIVATE_KEY_PATH: key }
    const origins = { environment: {}, directory: '', file: '', given: {} }
    expect(credentialsOf({ environment, policy: policyOf({}, ''), origins })).toMatchObject({
      flow: 'jwt',
      privateKeyPath: '/run/secrets/server.key',
    })
  })

  test('on Kubernetes is probed where it listens, and is given the time to finish', () => {
    const container = z.object({
      args: z.array(z.string()),
      ports: z.tuple([z.object({ name: z.string(), containerPort: z.literal(9464) })]),
      livenessProbe: z.object({ httpGet: z.object({ path: z.literal('/healthz'), port: z.string() }) }),
    })
    const pod = z.object({
      terminationGracePeriodSeconds: z.number().min(15),
      containers: z.tuple([container]),
    })
    const deployment = z.object({
      kind: z.literal('Deployment'),
      spec: z.object({ template: z.object({ spec: pod }) }),
    })
    const [worker] = deployment.parse(parse(read('kubernetes/worker.yaml'))).spec.template.spec.containers
    expect(isWorker(worker.args)).toBe(true)
    expect(worker.livenessProbe.httpGet.port).toBe(worker.ports[0].name)
  })
})
