import type { Route } from './api.js'
import { OrgError, notFound } from './org-error.js'

const OLDEST = 31
const NEWEST = 68
/** Supported until Summer '27 and gone a year later; answers carry a warning until then (rest.md §1). */
const LAST_DEPRECATED = 40
const SEASONS = ['Spring', 'Summer', 'Winter']

/** The release of a version: v66 is Spring '26, v67 Summer '26, v68 Winter '27 (rest.md §1). */
function releaseName(version: number): string {
  const season = (((version - 66) % 3) + 3) % 3
  const year = 26 + Math.floor((version - 66) / 3) + (season === 2 ? 1 : 0)
  return `${SEASONS[season] ?? ''} '${String(year).padStart(2, '0')}`
}

/** The list of `GET /services/data/`, ascending. */
export function versionList(): object[] {
  return Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => {
    const version = `${OLDEST + i}.0`
    return { label: releaseName(OLDEST + i), url: `/services/data/v${version}`, version }
  })
}

/** Whether an API has a version, as `66.0`: neither retired nor still to come. */
export function isSupported(version: string): boolean {
  const number = Number(version)
  return /^\d+\.0$/.test(version) && number >= OLDEST && number <= NEWEST
}

/** Lets a version pass or throws: 410 for v21 to v30, 404 for one that never was (rest.md §1, errors.md §2). */
export function checkVersion(version: string): void {
  const number = Number(version)
  if (number >= 21 && number < OLDEST) {
    throw new OrgError(410, 'GONE', 'The requested resource is no longer available: this API version is retired')
  }
  if (isSupported(version)) return
  throw new OrgError(404, 'INVALID_VERSION', `API version ${version} is not supported`)
}

/** Resources that are not there before a version (limits.md §6). */
export function since(version: number, routes: readonly Route[]): Route[] {
  return routes.map((route) => ({
    ...route,
    handle: (call) => {
      if (Number(call.version) < version) throw notFound()
      return route.handle(call)
    },
  }))
}

/** The Warning header of a deprecated version (rest.md §1). */
export function deprecationOf(version: string): Record<string, string> {
  if (Number(version) > LAST_DEPRECATED) return {}
  return { Warning: `299 - "This API is deprecated and will be removed by Summer '28."` }
}
