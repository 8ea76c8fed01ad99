import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { MhError } from '../errors.js'

/** What the org asks of a key (auth.md §2). */
const KEY_BITS = 2_048
const WINDOWS = process.platform === 'win32'
const ROOT = 0

/** The private key of a file, which may be a link, as secrets are mounted. Throws SF_KEY_UNREADABLE, which names the file and what is wrong with it. */
export async function readPrivateKey(path: string): Promise<KeyObject> {
  const { status, pem } = await contentOf(path)
  const fix = WINDOWS ? undefined : keyRightsFix(path, status, process.getuid?.())
  if (fix !== undefined) throw keyUnreadable(path, 'others may read it', `Run \`${fix}\`, then the command again.`)
  const key = privateKeyIn(pem)
  if (!key) throw keyUnreadable(path, 'it is not an unencrypted private key in PEM form')
  const strong = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= KEY_BITS
  if (!strong) throw keyUnreadable(path, `it is not an RSA key of at least ${KEY_BITS} bits`)
  return key
}

/**
 * The command that leaves a key to those who are to read it, where others may: everybody, or the group of a file that is not root's. A file
 * of root that its group may read is how Kubernetes (`fsGroup`, `defaultMode: 0440`), systemd and containers hand a secret to a service.
 */
export function keyRightsFix(
  path: string,
  { mode, uid }: Pick<Stats, 'mode' | 'uid'>,
  self: number | undefined,
): string | undefined {
  const isHandedOver = uid === ROOT
  const forbidden = isHandedOver ? 0o037 : 0o077
  if ((mode & forbidden) === 0) return undefined
  return `chmod ${isHandedOver && self !== ROOT ? 440 : 600} ${path}`
}

async function contentOf(path: string): Promise<{ status: Stats; pem: Buffer }> {
  try {
    await using file = await open(path)
    return { status: await file.stat(), pem: await file.readFile() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw keyUnreadable(path, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`)
  }
}

function privateKeyIn(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

function keyUnreadable(path: string, why: string, hint?: string): MhError {
  return new MhError(
    'SF_KEY_UNREADABLE',
    `The private key ${path} is not usable: ${why}.`,
    hint ?? 'Set SF_PRIVATE_KEY_PATH to the PEM file that belongs to the certificate uploaded to the app.',
  )
}
