import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { Child, type Launcher } from './child.js'
import { confirmationOf, filled, type Action, type ActionName, type Fields } from './commands.js'
import { outcomeOf } from './outcomes.js'

/** What somebody asked for on a page: looked at first, then confirmed, then done. */
export interface Errand {
  id: string
  name: ActionName
  action: Action
  fields: Fields
  /** Whom or what it is about, for a person. */
  about: string | undefined
  /** For the stdin of its commands. */
  input: string
  preview?: Child
  work?: Child
}

/** Errands that are kept to be looked at. */
const KEPT = 50
/** At the same time: each is a process. */
const AT_ONCE = 6

/** Everything that was asked for since the server began. */
export class Errands {
  readonly #all = new Map<string, Errand>()

  constructor(
    private readonly launcher: Launcher,
    private readonly clock: Clock,
    /** Told when work has ended: what was read before is old. */
    private readonly onWorked: () => void,
  ) {}

  /** Begins one: with its preview, or where nothing is to be asked, with the work. */
  begin({ name, action, fields, about, input }: Omit<Errand, 'id' | 'preview' | 'work'>): Errand {
    this.#checkRoom()
    const errand: Errand = { id: randomBytes(9).toString('base64url'), name, action, fields, about, input }
    if (action.preview) errand.preview = this.#start(action.preview, errand)
    else if (action.confirm === false) this.#work(errand)
    this.#all.set(errand.id, errand)
    this.#forgetOld()
    return errand
  }

  /** Does it. Throws USAGE where what was typed is not what had to be, or where it is not to be done now. */
  confirm(errand: Errand, typed: string): void {
    const expected = confirmationOf(errand.action, errand.fields)
    if (errand.work) throw new MhError('USAGE', 'This is done already.')
    if (errand.preview && (errand.preview.endedAt === undefined || isRefused(errand.preview))) {
      throw new MhError('USAGE', 'This cannot be done as it stands.')
    }
    if (expected !== undefined && typed.trim() !== expected) {
      throw new MhError('USAGE', `Nothing was done: “${expected}” has to be typed.`)
    }
    this.#checkRoom()
    this.#work(errand)
  }

  /** One by its id. Throws NOT_FOUND. */
  find(id: string): Errand {
    const errand = this.#all.get(id)
    if (errand) return errand
    throw new MhError('NOT_FOUND', 'This is not known any more.', 'The runs tell what was done.')
  }

  /** Those that go on, the latest first. */
  get running(): Errand[] {
    return [...this.#all.values()].filter(({ work }) => work !== undefined && work.endedAt === undefined).reverse()
  }

  /** Asks all of them to stop, and waits until they have. */
  async stopAll(): Promise<void> {
    const children = this.#children()
    for (const child of children) child.stop()
    await Promise.all(children.map(({ ended }) => ended))
  }

  #work(errand: Errand): void {
    errand.work = this.#start(errand.action.work, errand)
    void errand.work.ended.then(this.onWorked)
  }

  #start(words: readonly string[], { fields, input }: Errand): Child {
    return new Child(this.launcher, filled(words, fields), input, this.clock)
  }

  #children(): Child[] {
    const all = [...this.#all.values()].flatMap(({ preview, work }) => [preview, work])
    return all.filter((child) => child !== undefined).filter(({ endedAt }) => endedAt === undefined)
  }

  #checkRoom(): void {
    if (this.#children().length < AT_ONCE) return
    throw new MhError('USAGE', `${AT_ONCE} commands are at work already.`, 'Wait for one of them to end.')
  }

  #forgetOld(): void {
    const over = [...this.#all.values()].filter(({ preview, work }) => (work ?? preview)?.endedAt !== undefined)
    for (const { id } of over.slice(0, Math.max(0, this.#all.size - KEPT))) this.#all.delete(id)
  }
}

/** Whether a command came to nothing: it printed an error, or no document at all. */
export function isRefused({ result }: Child): boolean {
  return result === undefined || outcomeOf(result).kind === 'failed'
}
