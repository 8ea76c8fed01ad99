import { readFileSync } from 'node:fs'
import { systemClock } from '../../dist/clock.js'

// For the built binary: its wall clock is as far ahead as a file says, and its pauses last a hundredth of what they would.
const ahead = Number(readFileSync(process.env.MH_SF_AHEAD, 'utf8'))
const { sleep } = systemClock
systemClock.now = () => new Date(Date.now() + ahead)
systemClock.sleep = (milliseconds, signal) => sleep(milliseconds / 100, signal)
