import type { Schedule, TimeOfDay } from '../domain/schedule.js'

export type ScheduleFormat = 'crontab' | 'systemd' | 'kubernetes'

/** What is printed, and how it is put to work. */
export interface ScheduleText {
  text: string
  /** For a person who has read it: one line. */
  install: string
}

/** What starts a night every day, for one kind of scheduler; `typed` are the flags with which it was asked for. */
export function scheduleText(schedule: Schedule, format: ScheduleFormat, typed: readonly string[]): ScheduleText {
  const again = [
    'mh-sf nightly schedule',
    ...typed.map((each) => (/^[\w./:=-]+$/u.test(each) ? each : shellQuoted(each))),
  ]
  const { text, install } = { crontab, systemd, kubernetes }[format](schedule)
  return { text, install: install(again.join(' ')) }
}

/** A name of an org has nothing that a shell or a unit would take for more. */
function nightly(org: string | undefined): string {
  return ['nightly --quiet', ...(org === undefined ? [] : [`--target-org ${org}`])].join(' ')
}

type Made = { text: string; install: (again: string) => string }

const ALONE = 'Two nights do not meet: the second ends with 7 at once and names the first.'
const TWICE = 'Where summer time begins or ends, one may start twice, late or not at all: the next finds what is owed.'

/**
 * A line of a crontab and what it needs around it. Cron mails what a job prints, which is one line, and only when the night did not go
 * well; the log has the rest. Cron knows no environment file and a shell would run what is in one (the `&` of an address ends a
 * command), so Node reads it, as it reads `.env.local`; without the file it ends with 9 and says so in the log.
 */
function crontab(schedule: Schedule): Made {
  const { at, timeZone, isForeign, directory, environmentFile, log, node, program, org } = schedule
  const environment = environmentFile === undefined ? [] : [`--env-file=${environmentFile}`]
  const night = [node, ...environment, program].map(shellQuoted).join(' ')
  const say = `echo "mh-sf nightly ended with $code:" ${shellQuoted(log)}`
  const command = `cd ${shellQuoted(directory)} && { ${night} ${nightly(org)} >>${shellQuoted(log)} 2>&1 </dev/null || { code=$?; ${say}; exit $code; }; }`
  const zone = isForeign
    ? [
        '# cronie and FreeBSD read CRON_TZ, for all lines below it, so let this one be the last; the cron of',
        "# Debian and Ubuntu does not: write the machine's own time there, or use --format systemd.",
        `CRON_TZ=${timeZone}`,
      ]
    : []
  const text = [
    `# mh-sf nightly, every day at ${clock(at)} ${timeZone}. ${ALONE}`,
    `# ${TWICE}`,
    'SHELL=/bin/sh',
    ...zone,
    // To cron a percent sign is the end of the line.
    `${at.minute} ${at.hour} * * * ${command.replaceAll('%', '\\%')}`,
  ].join('\n')
  return { text, install: (again) => `(crontab -l 2>/dev/null; ${again}) | crontab -` }
}

/** A service and its timer; awk takes them apart by their first lines. */
function systemd({ at, timeZone, directory, environmentFile, log, node, program, user, org }: Schedule): Made {
  const [service, timer] = ['service', 'timer'].map((kind) => `# /etc/systemd/system/mh-sf-nightly.${kind}`)
  const text = [
    service,
    `# ${ALONE} systemd does not start it twice either.`,
    '[Unit]',
    'Description=The night of mh-sf',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${specifierSafe(user)}`,
    `WorkingDirectory=${specifierSafe(directory)}`,
    // Without a dash before it: a night without its settings is to fail.
    ...(environmentFile === undefined ? [] : [`EnvironmentFile=${specifierSafe(globSafe(environmentFile))}`]),
    `ExecStart=${[node, program].map(unitQuoted).join(' ')} ${nightly(org)}`,
    `StandardOutput=append:${specifierSafe(log)}`,
    `StandardError=append:${specifierSafe(log)}`,
    'TimeoutStopSec=30',
    '',
    timer,
    `# ${TWICE}`,
    '[Unit]',
    'Description=Starts the night of mh-sf',
    '',
    '[Timer]',
    `OnCalendar=*-*-* ${clock(at)}:00 ${timeZone}`,
    'Persistent=true',
    'RandomizedDelaySec=60',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ].join('\n')
  const install = (again: string) =>
    `${again} | sudo awk '/^# \\/etc/ { file = $2 } { print > file }' && sudo systemctl daemon-reload && sudo systemctl enable --now mh-sf-nightly.timer`
  return { text, install }
}

/** A CronJob: in a container the paths are the image's, and the log is the pod's. */
function kubernetes({ at, timeZone, environmentFile, version }: Schedule): Made {
  const [origin, secret] =
    environmentFile === undefined
      ? ['', '']
      : [
          `\n# The secret mh-sf-env is made of ${environmentFile}, anew when that has changed.`,
          `kubectl create secret generic mh-sf-env --from-env-file=${shellQuoted(environmentFile)} --dry-run=client --output=yaml | kubectl apply -f - && `,
        ]
  const text = `# ${ALONE}
# ${TWICE}
# Image and secrets are those of the worker (deploy/kubernetes/worker.yaml); mh-sf.config.json, where there is one,
# is mounted as well and named by MH_SF_CONFIG.${origin}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: mh-sf-nightly
spec:
  schedule: "${at.minute} ${at.hour} * * *"
  timeZone: ${timeZone}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 7
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 30
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            runAsGroup: 1000
            fsGroup: 1000
            seccompProfile: { type: RuntimeDefault }
          containers:
            - name: nightly
              image: mh-sf:${version}
              args: [nightly, --quiet]
              envFrom:
                - secretRef: { name: mh-sf-env }
              resources:
                requests: { cpu: 100m, memory: 256Mi }
                limits: { memory: 1Gi }
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: { drop: [ALL] }
              volumeMounts:
                - { name: state, mountPath: /var/lib/mh-sf }
                - { name: tmp, mountPath: /tmp }
                - { name: key, mountPath: /run/secrets, readOnly: true }
          volumes:
            - name: state
              emptyDir: {}
            - name: tmp
              emptyDir: {}
            - name: key
              secret:
                secretName: mh-sf-key
                defaultMode: 0440
`.trimEnd()
  return { text, install: (again) => `${secret}${again} | kubectl apply -f -` }
}

function clock({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((each) => String(each).padStart(2, '0')).join(':')
}

/** One word to a POSIX shell, whatever is in it. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** One word to systemd, in which nothing stands for something else. */
function unitQuoted(text: string): string {
  return `"${specifierSafe(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`
}

function specifierSafe(text: string): string {
  return text.replaceAll('%', '%%')
}

/** A path in which systemd finds no pattern: it takes every file that one matches. */
function globSafe(path: string): string {
  return path.replace(/[\\*?[]/gu, '\\$&')
}
