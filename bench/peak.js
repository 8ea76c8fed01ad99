import { writeFileSync } from 'node:fs'

// Runs the built command in this process and leaves its peak memory (MB) in the file that MH_SF_PEAK names.
process.on('exit', () => {
  writeFileSync(process.env.MH_SF_PEAK, String(Math.round(process.resourceUsage().maxRSS / 1024)))
})
await import('../bin/run.js')
