import FindMyWay from 'find-my-way'
import type { Method } from './api.js'

export const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE']

export interface Found<R> {
  readonly route: R
  readonly params: Readonly<Record<string, string>>
}

/** What a route must have to be found. `path` is a find-my-way pattern. */
interface Findable {
  readonly method: Method
  readonly path: string
}

/** Finds a route by method and path. Two slashes count as one, as a shipping client sends them (bulk2.md §12). */
export class Router<R extends Findable> {
  readonly #ways = FindMyWay({ ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 100_000 })

  constructor(routes: Iterable<R>) {
    for (const route of routes) this.#ways.on(route.method, route.path, () => undefined, route)
  }

  /** HEAD is answered by GET. */
  find(method: string, path: string): Found<R> | undefined {
    const known = METHODS.find((one) => one === method)
    if (known === undefined) return undefined
    const found = this.#ways.find(known, path) ?? (known === 'HEAD' ? this.#ways.find('GET', path) : null)
    if (found === null) return undefined
    const params: Record<string, string> = {}
    for (const [name, value] of Object.entries(found.params)) params[name] = value ?? ''
    return { route: found.store as R, params }
  }

  /** The methods a path does have. */
  allowed(path: string): Method[] {
    return METHODS.filter((method) => this.find(method, path) !== undefined)
  }
}
