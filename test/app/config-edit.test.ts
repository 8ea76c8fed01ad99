import { describe, expect, test } from 'vitest'
import { configChanges, editConfig } from '../../src/app/config-edit.js'
import { readConfigText } from '../../src/app/config-text.js'
import { editEnvFile, valuesOf } from '../../src/app/env-file.js'
import { policyProblems } from '../../src/app/policy.js'
import { changesText } from '../../src/render/set-up.js'

const TYPE = { path: ['campaign', 'type'], value: 'Webinar' }
const SHARE = { path: ['quota', 'ceiling'], value: 0.5 }
const edited = (text: string | undefined, ...settings: (typeof TYPE | typeof SHARE)[]) =>
  editConfig(text, configChanges(text, settings))

describe('a config file that is edited', () => {
  test('begins with a comment, and each new setting has one that says what it means', () => {
    const text = edited(undefined, TYPE)
    expect(text).toMatch(/^\/\/ Settings of mh-sf/u)
    expect(text).toContain('    // Campaign.Type; without it the org\'s default\n    "type": "Webinar"')
    expect(policyProblems(readConfigText(text).value)).toEqual([])
  })

  test.each([
    ['comments and order', '{\n  // Mine.\n  "nightly": { "sample": 7 },\n  "match": {} /* all */\n}\n'],
    ['tabs', '{\n\t"nightly": { "sample": 7 }, // few\n\t"match": {},\n}\n'],
    ['a setting that stands there', '{ "campaign": { "type": "Conference" } } // ours'],
    ['line ends of Windows', '{\r\n  "match": {}\r\n}\r\n'],
  ])('keeps %s, and holds what was wanted', (_, text) => {
    const after = edited(text, TYPE, SHARE)
    const read = readConfigText(after)
    expect(read.problems).toEqual([])
    expect(read.value).toMatchObject({ campaign: { type: 'Webinar' }, quota: { ceiling: 0.5 } })
    for (const comment of text.match(/\/\/ \w+\.?|\/\* \w+ \*\//gu) ?? []) expect(after).toContain(comment)
    expect(configChanges(after, [TYPE, SHARE])).toEqual([])
    expect(after.split('\r\n').length > 1).toBe(text.includes('\r\n'))
    expect(after).not.toMatch(text.includes('\r\n') ? /(?<!\r)\n/u : /\r/u)
  })

  test('loses a setting that is to have its default, and nothing where it does not stand there', () => {
    const none = { path: TYPE.path, value: undefined }
    const text = '{\n  // Mine.\n  "campaign": { "type": "Conference", "liveDays": 3 }\n}\n'
    const after = editConfig(text, configChanges(text, [none]))
    expect(readConfigText(after).value).toEqual({ campaign: { liveDays: 3 } })
    expect(after).toContain('// Mine.')
    expect(configChanges(after, [none])).toEqual([])
    expect(changesText('f', configChanges(text, [none]), 'e', [])).toContain('the default')
  })

  test('is not touched where all is so already', () => {
    const text = '{"campaign":{"type":"Webinar"}}'
    expect(edited(text, TYPE)).toBe(text)
  })
})

describe('a file of names and values that is edited', () => {
  test.each([
    ['an empty one', ''],
    ['one without a line end', '# mine\nOTHER=1'],
    ['one that has the name', 'SF_USERNAME=old # was\nOTHER=1\n'],
    ['one that exports it', 'export SF_USERNAME="old"\n'],
    ['one that has it twice', 'SF_USERNAME=old\nSF_USERNAME=older\n'],
    ['one with a value of several lines', 'OTHER="a\nSF_USERNAME=not me\nb"\n'],
  ])('holds the value and keeps all else: %s', (_, text) => {
    for (const value of ['ada@example.com', 'mongodb://u:p%40@h/d?a=b&c=d', 'with space # and mark', "it's", 'a$b'])
      expect(valuesOf(editEnvFile(text, { SF_USERNAME: value }))).toEqual({ ...valuesOf(text), SF_USERNAME: value })
    expect(editEnvFile(text, { SF_USERNAME: 'x' })).toContain(text.startsWith('# mine') ? '# mine' : '')
  })

  test('has no line more than before where it has the name: the last one counts', () => {
    expect(editEnvFile('A=1\nB=2\nexport A=3 # mine\n', { A: '4' })).toBe('A=1\nB=2\nexport A=4\n')
    expect(editEnvFile('A=1\nB=2\n', { B: '2' })).toBe('A=1\nB=2\n')
  })

  test.each(['a\'b"c`d', "a'b`c\\nd", '"quoted"', 'a\\nb', '#', "'", ' '])(
    'reads %j back as it was given, or says that it cannot',
    (value) => {
      const text = 'OTHER=1\n'
      try {
        expect(valuesOf(editEnvFile(text, { SF_PASSWORD: value }))).toEqual({ OTHER: '1', SF_PASSWORD: value })
      } catch (error) {
        expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('SF_PASSWORD') as string })
        expect(String(error)).not.toContain(value)
      }
    },
  )
})
