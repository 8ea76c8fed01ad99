import { maskEmail } from '../domain/email.js'

const SECRETS: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu, 'PRIVATE KEY …'],
  [/\b00D\w{12,15}![\w.]+/gu, '00D…!…'],
  [/\b(Bearer|Basic)\s+["']?[^\s"']+/giu, '$1 …'],
  [/\b5Aep[\w.]+/gu, '5Aep…'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/gu, 'eyJ…'],
  // A password may hold @ and / although it should not: everything up to the last @ of the word goes.
  [/((?:mongodb(?:\+srv)?|smtps?):\/\/)[^\s"']*@/gu, '$1…@'],
  // Whoever knows the path of a webhook may write there.
  [/(hooks\.slack\.com\/)[^\s"']+/gu, '$1…'],
  [
    /((?:client_?secret|password|assertion|(?:access|refresh|security)_?token|token)["']?\s*[=:]\s*["']?)[^&\s"',}]+/giu,
    '$1…',
  ],
]
const ADDRESS = /(?:"[^"\n]+"|[^\s<>"`,;:()[\]/…]{1,254})(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu

/** Takes tokens, passwords and keys out of a text, and masks addresses. */
export function redact(text: string): string {
  const withoutSecrets = SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
  return withoutSecrets.replace(ADDRESS, (address) => maskEmail(address.replace('%40', '@')))
}
