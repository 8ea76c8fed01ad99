import { randomUUID } from 'node:crypto'
import type { OrgCore } from '../core.js'
import { type KeptPart, smallPart } from '../kept-part.js'
import { opaque } from '../session.js'

/** That a user let an app in for good: a family of refresh tokens of which one is alive. */
export interface Approval {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly scope: string
  /** Epoch milliseconds. */
  readonly approvedAt: number
  /** The refresh token that is alive. */
  readonly token: string
}

/** Per user and app; a sixth pushes out the oldest (auth.md §5). */
const MAX_APPROVALS = 5

/** The refresh tokens of one org. When an approval ends, its access tokens end too. */
export class Approvals {
  readonly #core: Pick<OrgCore, 'sessions' | 'settings'>
  /** In the order in which they were given. */
  readonly #byId = new Map<string, Approval>()
  /** Of living approvals, dead tokens included: one of those that comes back tells of a theft. */
  readonly #idByToken = new Map<string, string>()
  #changes = 0

  constructor(core: Pick<OrgCore, 'sessions' | 'settings'>) {
    this.#core = core
  }

  give(grant: Pick<Approval, 'userId' | 'clientId' | 'scope'>, now: number): Approval {
    const [oldest, ...others] = this.#of(grant.userId, grant.clientId)
    if (oldest !== undefined && others.length + 1 >= MAX_APPROVALS) this.end(oldest)
    return this.#keep({ ...grant, id: randomUUID(), approvedAt: now, token: newToken() })
  }

  /** The approval that a refresh token belongs to; undefined when the token or the approval is dead. */
  find(token: string, now: number): Approval | undefined {
    const approval = this.#byId.get(this.#idByToken.get(token) ?? '')
    return approval?.token === token && !this.#isOver(approval, now) ? approval : undefined
  }

  /** A refresh token that was replaced has come back: its family ends, access tokens too (auth.md §5). */
  endIfReplaced(token: string): void {
    const approval = this.#byId.get(this.#idByToken.get(token) ?? '')
    if (approval !== undefined && approval.token !== token) this.end(approval)
  }

  /** Replaces the living refresh token. */
  rotate(approval: Approval): Approval {
    return this.#keep({ ...approval, token: newToken() })
  }

  /** Whether a user has let an app in. */
  has(userId: string, clientId: string, now: number): boolean {
    return this.#of(userId, clientId).some((approval) => !this.#isOver(approval, now))
  }

  end({ id }: Approval): void {
    this.#changes++
    this.#byId.delete(id)
    for (const [token, owner] of this.#idByToken) if (owner === id) this.#idByToken.delete(token)
    this.#core.sessions.revokeApproval(id)
  }

  /** For a restart: the approvals, and whose each refresh token is. */
  kept(): KeptPart {
    return smallPart({
      name: 'approvals',
      version: () => this.#changes,
      read: () => ({ approvals: [...this.#byId.values()], owners: [...this.#idByToken] }),
      write: ({ approvals, owners }) => {
        this.#byId.clear()
        this.#idByToken.clear()
        for (const approval of approvals) this.#byId.set(approval.id, approval)
        for (const [token, id] of owners) this.#idByToken.set(token, id)
      },
    })
  }

  /** Ends every approval, as an admin can for all users of an app. */
  endAll(): void {
    for (const approval of [...this.#byId.values()]) this.end(approval)
  }

  #of(userId: string, clientId: string): Approval[] {
    return [...this.#byId.values()].filter((one) => one.userId === userId && one.clientId === clientId)
  }

  #keep(approval: Approval): Approval {
    this.#changes++
    this.#byId.set(approval.id, approval)
    this.#idByToken.set(approval.token, approval.id)
    return approval
  }

  /** Refresh tokens live as long as the app's policy says (auth.md §5). */
  #isOver({ approvedAt }: Approval, now: number): boolean {
    const lifetime = this.#core.settings.refreshTokenLifetimeMs
    return lifetime !== null && approvedAt + lifetime <= now
  }
}

/** auth.md §1 */
function newToken(): string {
  return `5Aep861${opaque(60)}`
}
