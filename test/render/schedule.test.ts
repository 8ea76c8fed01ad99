import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Schedule } from '../../src/domain/schedule.js'
import { scheduleText } from '../../src/render/schedule.js'
import { asCron, lastJobOf } from '../support/crontab.js'

const root = mkdtempSync(join(tmpdir(), 'mh-sf-schedule-'))
/** A directory that nobody would choose. */
const directory = join(root, `it's 100 %d "$HOME" \\ here`)
mkdirSync(directory)
const program = join(directory, 'run.js')
const log = join(directory, 'the night.log')
const schedule: Schedule = {
  at: { hour: 2, minute: 5 },
  timeZone: 'Europe/Berlin',
  isForeign: false,
  node: process.execPath,
  program,
  directory,
  log,
  user: 'ada',
  version: '1.2.3',
}
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('a crontab line', () => {
  const { text } = scheduleText(schedule, 'crontab', [])
  const ending = (code: number) =>
    `console.log(JSON.stringify({ cwd: process.cwd(), typed: process.argv.slice(2) })); process.exitCode = ${code}`

  test('starts it at its time, with a command that a shell understands', () => {
    const { fields, command } = lastJobOf(text)
    expect(fields).toBe('5 2 * * * ')
    expect(execFileSync('/bin/sh', ['-n', '-c', command], { encoding: 'utf8' })).toBe('')
  })

  test('runs without an environment and from another directory, and prints nothing when all went well', async () => {
    writeFileSync(program, ending(0))
    expect(await asCron(text)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual({ cwd: directory, typed: ['nightly', '--quiet'] })
  })

  test('prints one line for cron to mail when it did not, and keeps the code', async () => {
    writeFileSync(program, ending(3))
    const { exitCode, stdout } = await asCron(text)
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: `mh-sf nightly ended with 3: ${log}` })
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2)
  })

  test('runs the real binary, which finds no settings there and says so in the log', async () => {
    const real = {
      ...schedule,
      program: join(import.meta.dirname, '../../bin/run.js'),
      log: join(directory, 'real.log'),
    }
    const { exitCode } = await asCron(scheduleText(real, 'crontab', []).text)
    expect(exitCode).toBe(2)
    expect(readFileSync(real.log, 'utf8')).toContain('[CONFIG_MISSING]')
  })

  describe('with an environment file', () => {
    const environmentFile = join(directory, 'it’s *the* [night].env')
    const { text } = scheduleText({ ...schedule, environmentFile }, 'crontab', [])

    test('finds its settings in it, as they are written and as no shell would read them', async () => {
      const uri = 'mongodb://db.example/hackathon?appName=it’s 100 %d&w=majority'
      writeFileSync(environmentFile, `# of the night\nMONGODB_URI=${uri}\nSF_PASSWORD="a#b $HOME \`id\`"\n`)
      writeFileSync(
        program,
        'const { MONGODB_URI, SF_PASSWORD } = process.env; console.log(MONGODB_URI + "\\n" + SF_PASSWORD)',
      )
      rmSync(log)
      expect(await asCron(text)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
      expect(readFileSync(log, 'utf8')).toBe(`${uri}\na#b $HOME \`id\`\n`)
    })

    test('does not begin without it, and says so', async () => {
      rmSync(environmentFile)
      const { exitCode, stdout } = await asCron(text)
      expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: `mh-sf nightly ended with 9: ${log}` })
      expect(readFileSync(log, 'utf8')).toContain(`${environmentFile}: not found`)
    })
  })

  test('names the time zone where it is not the machine’s, and says which crons read that', () => {
    expect(text).not.toContain('CRON_TZ')
    const foreign = scheduleText({ ...schedule, isForeign: true }, 'crontab', []).text.split('\n')
    expect(foreign).toContain('CRON_TZ=Europe/Berlin')
    expect(foreign.find((line) => line.includes('Debian'))).toMatch(/^#/u)
  })

  test('is installed with the flags with which it was printed', () => {
    expect(scheduleText(schedule, 'crontab', ['--at', '04:00', '--log', '/a b']).install).toBe(
      "(crontab -l 2>/dev/null; mh-sf nightly schedule --at 04:00 --log '/a b') | crontab -",
    )
  })
})

describe('a systemd timer', () => {
  const environmentFile = join(directory, 'a *file* [1]?.env')
  const { text, install } = scheduleText({ ...schedule, environmentFile }, 'systemd', [])
  const units = join(root, 'units')
  mkdirSync(units)
  // What the hint says, but for the directory.
  const [, awk = ''] = /awk '([^']+)'/u.exec(install) ?? []
  execFileSync('awk', [awk.replace('file = $2', 'file = $2; sub(".*/", dir, file)'), `dir=${units}/`, '-'], {
    input: text,
  })
  const unit = (kind: string) => readFileSync(join(units, `mh-sf-nightly.${kind}`), 'utf8').split('\n')

  test('comes apart into two files, with what is missed made up for', () => {
    expect(readdirSync(units).sort()).toEqual(['mh-sf-nightly.service', 'mh-sf-nightly.timer'])
    expect(unit('timer')).toEqual(
      expect.arrayContaining(['OnCalendar=*-*-* 02:05:00 Europe/Berlin', 'Persistent=true', 'RandomizedDelaySec=60']),
    )
    expect(unit('service')).toContain(
      `EnvironmentFile=${root}/it's 100 %%d "$HOME" \\\\ here/a \\*file\\* \\[1]\\?.env`,
    )
    expect(unit('service')).toContain(`WorkingDirectory=${directory.replaceAll('%', '%%')}`)
    expect(unit('service').find((line) => line.startsWith('ExecStart='))).toBe(
      `ExecStart="${process.execPath}" "${root}/it's 100 %%d \\"$$HOME\\" \\\\ here/run.js" nightly --quiet`,
    )
  })

  test.runIf(existsSync('/usr/bin/systemd-analyze'))('is found good by systemd itself', () => {
    const files = readdirSync(units).map((name) => join(units, name))
    expect(execFileSync('systemd-analyze', ['verify', ...files], { encoding: 'utf8', stdio: 'pipe' })).toBe('')
    expect(
      execFileSync('systemd-analyze', ['calendar', '*-*-* 02:05:00 Europe/Berlin'], { encoding: 'utf8' }),
    ).toContain('Next elapse')
  })
})

test('a Kubernetes CronJob has the image, the secrets and the rights of the worker', () => {
  const worker = parse(readFileSync(join(import.meta.dirname, '../../deploy/kubernetes/worker.yaml'), 'utf8')) as {
    spec: { template: { spec: Pod } }
  }
  const job = parse(scheduleText(schedule, 'kubernetes', []).text) as {
    spec: { jobTemplate: { spec: { template: { spec: Pod } } } }
  }
  const shared = ({ securityContext, volumes, containers: [only] }: Pod) => {
    const { envFrom, volumeMounts, securityContext: own } = only
    return { securityContext, volumes, envFrom, volumeMounts, own }
  }
  expect(shared(job.spec.jobTemplate.spec.template.spec)).toEqual(shared(worker.spec.template.spec))
})

interface Pod {
  securityContext: object
  volumes: object[]
  containers: [{ envFrom: object[]; volumeMounts: object[]; securityContext: object }]
}

test('a Kubernetes CronJob has its environment from a secret, which is made of the environment file', () => {
  const environmentFile = '/etc/mh-sf/it’s env'
  const { text, install } = scheduleText({ ...schedule, environmentFile }, 'kubernetes', [])
  expect(parse(text)).toEqual(parse(scheduleText(schedule, 'kubernetes', []).text))
  expect(text).toContain(`# The secret mh-sf-env is made of ${environmentFile}`)
  expect(install).toMatch(/^kubectl create secret generic mh-sf-env --from-env-file='\/etc\/mh-sf\/it’s env' /u)
})

test('a Kubernetes CronJob does not start beside itself, and does not repeat what failed', () => {
  const job: unknown = parse(scheduleText(schedule, 'kubernetes', []).text)
  expect(job).toMatchObject({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: {
      schedule: '5 2 * * *',
      timeZone: 'Europe/Berlin',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          template: {
            spec: { restartPolicy: 'Never', containers: [{ image: 'mh-sf:1.2.3', args: ['nightly', '--quiet'] }] },
          },
        },
      },
    },
  })
})
