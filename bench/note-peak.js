import { writeFileSync } from 'node:fs'

// At its end the process leaves its peak memory (MB) in the file that MH_SF_PEAK names.
process.on('exit', () => {
  writeFileSync(process.env.MH_SF_PEAK, String(Math.round(process.resourceUsage().maxRSS / 1024)))
})
