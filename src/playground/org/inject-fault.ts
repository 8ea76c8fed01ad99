import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reply } from './api.js'
import type { OrgCore } from './core.js'
import { edgePage } from './edge-page.js'
import { errorReply, redirectReply } from './fault-reply.js'
import type { FaultEffect } from './faults.js'
import { amidContention } from './row-locks.js'
import { cutReply, sendReply } from './send-reply.js'

/** A request that a fault hits. */
export interface Struck {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The path without the query. */
  readonly path: string
  /** Does what was asked; its answer may yet be withheld. */
  work(): Promise<Reply>
}

let written = 0
const next = (): number => written++

/** Lets a scripted fault happen to a request (faults.ts). */
export async function injectFault(core: OrgCore, effect: FaultEffect, struck: Struck): Promise<void> {
  const { request, response, path } = struck
  if ('applied' in effect && effect.applied === true) await struck.work()
  switch (effect.kind) {
    case 'drop':
      request.socket.destroy()
      return
    case 'stall':
      return
    case 'reply':
      return sendReply(request, response, effect)
    case 'error':
      return sendReply(request, response, errorReply(effect, path))
    case 'edge':
      return sendReply(request, response, edgePage(effect.status, effect.retryAfter))
    case 'maintenance':
      return sendReply(request, response, edgePage(503))
    case 'redirect':
      return sendReply(request, response, redirectReply(effect, request.url ?? '/'))
    case 'cut':
      return cutReply(request, response, await struck.work(), effect.bytes, effect.thenStall === true)
    default:
      return sendReply(request, response, await disturbed(core, effect, struck))
  }
}

/** The answer of a request that is let through under a fault. */
async function disturbed(
  core: OrgCore,
  effect: FaultEffect & { kind: 'delay' | 'expire' | 'revoke' | 'lock' },
  struck: Struck,
): Promise<Reply> {
  if (effect.kind === 'delay') await delay(effect.ms)
  if (effect.kind === 'revoke') core.revokeAll()
  if (effect.kind === 'expire' || effect.kind === 'revoke') core.sessions.expireAll()
  return effect.kind === 'lock' ? amidContention({ share: effect.share, next }, () => struck.work()) : struck.work()
}
