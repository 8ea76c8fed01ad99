/** The name under which soql/ and bulk/ import what org-error.ts holds. */
export * from './org-error.js'
