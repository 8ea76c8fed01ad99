import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Adds up the reports of the suites and the steps of .ci/run: node total.js REPORTS NAME=STATUS...
const [directory, ...steps] = process.argv.slice(2)
let passed = 0
let failed = 0

const reports = existsSync(directory) ? readdirSync(directory) : []
for (const name of reports.filter((each) => each.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(directory, name), 'utf8'))
  console.log(
    `${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped`,
  )
  // Named once more at the end, where whoever reads only the last page sees them.
  for (const { name: file, assertionResults } of report.testResults) {
    for (const { fullName, status, failureMessages } of assertionResults) {
      if (status !== 'failed') continue
      console.log(`  ${file} > ${fullName}`)
      console.log(failureMessages.join('\n').slice(0, 1500).replace(/^/gm, '    '))
    }
  }
  passed += report.numPassedTests
  failed += report.numFailedTests
}
for (const step of steps) {
  const [, name, status] = /^(.*)=(\d+)$/.exec(step)
  if (status === '0') passed += 1
  else {
    failed += 1
    console.log(`failed: ${name}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
