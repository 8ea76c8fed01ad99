import { generateKeyPair, createPrivateKey, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const KEY_BITS = 2_048
/** How long a certificate is good: somebody has to upload the next one before (auth.md §2 sets no limit). */
const DAYS = 730
const DAY_MS = 86_400_000

/** A new private key for JWT bearer, PEM, not encrypted: the file's rights protect it. */
export async function makePrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The self-signed certificate of a key, PEM, which the org's app takes; good for two years from `now`. */
export async function certificateOf(privateKey: string, now: Date): Promise<string> {
  const { default: forge } = await import('node-forge')
  const pem = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
  const key = forge.pki.privateKeyFromPem(pem)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  // Positive, as X.509 has it: the first bit is not set.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = now
  certificate.validity.notAfter = new Date(now.getTime() + DAYS * DAY_MS)
  const name = [{ name: 'commonName', value: 'mh-sf' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(key, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n')
}
