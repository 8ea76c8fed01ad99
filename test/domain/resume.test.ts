import { describe, expect, test } from 'vitest'
import { inOrg } from '../../src/domain/resume.js'

describe('the org of a command that is given again', () => {
  test.each([
    [['--event', 'e'], 'prod', ['--event', 'e', '--target-org', 'prod']],
    [['--target-org', 'old', '--event', 'e'], 'prod', ['--event', 'e', '--target-org', 'prod']],
    [['--target-org=old'], 'prod', ['--target-org', 'prod']],
    [['--target-org', 'old', '--all'], undefined, ['--all']],
    [['--all'], undefined, ['--all']],
  ])('%j for %s', (typed, name, again) => {
    expect(inOrg(typed, name)).toEqual(again)
  })
})
