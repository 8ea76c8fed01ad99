// Runs the built command in this process and notes its peak memory.
import './note-peak.js'
await import('../bin/run.js')
