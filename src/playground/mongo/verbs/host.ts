import { arch, cpus, hostname, release, totalmem, type } from 'node:os'
import { CommandError } from '../command-error.js'
import { type Command } from './command.js'

/** A shell shows the warnings of the start when it connects; there are none, and no log is kept. */
const getLog: Command = {
  fields: ['getLog'],
  run(request) {
    const name = request.get('getLog')
    if (name === '*') return { names: ['global', 'startupWarnings'], ok: 1 }
    if (name === 'global' || name === 'startupWarnings') return { totalLinesWritten: 0, log: [], ok: 1 }
    throw new CommandError(96, `No log named '${String(name)}'`)
  },
}

const getCmdLineOpts: Command = {
  fields: ['getCmdLineOpts'],
  run: () => ({ argv: ['mh-sf', 'playground'], parsed: {}, ok: 1 }),
}

const hostInfo: Command = {
  fields: ['hostInfo'],
  run: (_request, server) => ({
    system: {
      currentTime: new Date(server.now()),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Math.round(totalmem() / 1024 / 1024),
      numCores: cpus().length,
      cpuArch: arch() === 'x64' ? 'x86_64' : arch(),
      numaEnabled: false,
    },
    os: { type: type(), name: type(), version: release() },
    extra: {},
    ok: 1,
  }),
}

/** What a shell asks of the machine when it connects. */
export const hostCommands: Readonly<Record<string, Command>> = { getLog, getCmdLineOpts, hostInfo }
