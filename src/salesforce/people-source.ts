import { OrgRefused } from './failure.js'
import type { FieldCache } from './fields.js'
import type { Org } from './org.js'
import { People } from './people.js'
import type { CustomFields } from './people-rows.js'

/** Makes `People` when they are needed, so that an answer from a cache costs the org nothing. */
export class PeopleSource {
  #people: People | undefined

  constructor(
    readonly org: Org,
    readonly fields: FieldCache,
    private readonly custom: CustomFields,
  ) {}

  /** Runs `work`; when a field has vanished since describe was cached, once more with what describe says now. */
  async use<T>(work: (people: People) => Promise<T>): Promise<T> {
    try {
      return await work(await this.open())
    } catch (error) {
      if (!(error instanceof OrgRefused) || error.orgCode !== 'INVALID_FIELD') throw error
      return work(await this.open(true))
    }
  }

  async open(refresh = false): Promise<People> {
    if (refresh) this.#people = undefined
    this.#people ??= new People(this.org, await this.fields.read(refresh), this.custom)
    return this.#people
  }
}
