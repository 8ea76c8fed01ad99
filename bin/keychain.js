// Reads or writes one entry of the operating system's keychain, in a process of its own: a keychain that waits for somebody to
// unlock it blocks the thread that asks, and this process can be ended. One request on stdin, one answer on stdout, both JSON: no
// secret is an argument or in the environment.
import { text } from 'node:stream/consumers'

const { service, account, secret } = JSON.parse(await text(process.stdin))
try {
  const { Entry } = await import('@napi-rs/keyring')
  // The kernel's keyring, which Linux would fall back to, forgets at the next start.
  const entry = new Entry(service, account, { linux: { store: 'secret-service' } })
  if (secret !== undefined) entry.setPassword(secret)
  process.stdout.write(JSON.stringify({ secret: entry.getPassword() }))
} catch (error) {
  const isAbsent = error.code === 'ERR_MODULE_NOT_FOUND'
  const problem = isAbsent ? '@napi-rs/keyring is not installed' : String(error.message)
  process.stdout.write(JSON.stringify({ problem, isAbsent }))
}
