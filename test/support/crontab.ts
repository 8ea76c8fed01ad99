import { execa } from 'execa'

/** The last line of a crontab: its five fields, and what cron gives to the shell, which is all up to the first bare percent sign. */
export function lastJobOf(crontab: string): { fields: string; command: string } {
  const [, fields = '', command = ''] = /^((?:\S+ ){5})(.*)$/u.exec(crontab.split('\n').at(-1) ?? '') ?? []
  return { fields, command: command.replace(/(?<!\\)%.*/u, '').replaceAll('\\%', '%') }
}

/** Runs that line as cron would: from another directory, with an environment in which nothing of ours is. */
export function asCron(crontab: string, home = '/') {
  const environment = [`HOME=${home}`, 'LOGNAME=ada', 'SHELL=/bin/sh', 'PATH=/usr/bin:/bin']
  const { command } = lastJobOf(crontab)
  return execa('/usr/bin/env', ['-i', ...environment, '/bin/sh', '-c', command], { cwd: '/', reject: false })
}
