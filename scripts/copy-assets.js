import { cp } from 'node:fs/promises'

// What the pages of the dashboard load besides themselves: files as they are, beside the code that serves them.
const [from, to] = ['src', 'dist'].map((root) => new URL(`../${root}/dashboard/assets/`, import.meta.url))
await cp(from, to, { recursive: true })
