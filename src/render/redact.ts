import { maskEmail } from '../domain/email.js'

const SECRETS: [RegExp, string][] = [
  [/\b00D\w{12,15}![\w.]+/gu, '00D…!…'],
  [/\bBearer\s+[^\s"']+/giu, 'Bearer …'],
  [/\b5Aep[\w.]+/gu, '5Aep…'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/gu, 'eyJ…'],
  [/(mongodb(?:\+srv)?:\/\/)[^@\s/]*@/gu, '$1…@'],
  [/((?:client_secret|password|assertion|access_token|refresh_token|token)=)[^&\s]+/giu, '$1…'],
]
const ADDRESS = /[^\s<>"'`,;:()[\]]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu

/** Takes tokens, passwords and keys out of a text, and masks addresses. */
export function redact(text: string): string {
  const withoutSecrets = SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
  return withoutSecrets.replace(ADDRESS, (address) => maskEmail(address))
}
