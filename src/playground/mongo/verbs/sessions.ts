import { UUID } from 'bson'
import { CommandError } from '../command-error.js'
import { sessionIdOf } from '../sessions/session-options.js'
import { SESSION_MINUTES } from '../sessions/sessions.js'
import { type Command, type Server } from './command.js'
import { type Request } from './request.js'

const startSession: Command = {
  fields: ['startSession'],
  run(_request, server) {
    const id = new UUID()
    server.sessions.use(id.toString('hex'))
    return { id: { id }, timeoutMinutes: SESSION_MINUTES, ok: 1 }
  },
}

function sessionsIn(request: Request): string[] {
  const ids = request.get(request.name)
  if (Array.isArray(ids)) return ids.map(sessionIdOf)
  throw new CommandError(14, `BSON field '${request.name}' is the wrong type, expected type 'array'`)
}

function end(server: Server, id: string): void {
  server.sessions.end(id)
  server.cursors.killOfSession(id)
}

const refreshSessions: Command = {
  fields: ['refreshSessions'],
  run(request, server) {
    for (const id of sessionsIn(request)) server.sessions.use(id)
    return { ok: 1 }
  },
}

const endSessions: Command = {
  fields: ['endSessions'],
  run(request, server) {
    for (const id of sessionsIn(request)) end(server, id)
    return { ok: 1 }
  },
}

/** Of no sessions in particular: all. */
const killSessions: Command = {
  fields: ['killSessions', 'killAllSessions'],
  run(request, server) {
    const ids = request.name === 'killSessions' ? sessionsIn(request) : []
    for (const id of ids.length > 0 ? ids : server.sessions.ids()) end(server, id)
    return { ok: 1 }
  },
}

/** Logical sessions. */
export const sessionCommands: Readonly<Record<string, Command>> = {
  startSession,
  refreshSessions,
  endSessions,
  killSessions,
  killAllSessions: killSessions,
}
