import { userInfo } from 'node:os'

/** Who is at work, as the machine knows them; a container may run as a number that has no name. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? `user ${String(process.getuid?.() ?? 'unknown')}`
  }
}
