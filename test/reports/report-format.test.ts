import { describe, expect, test } from 'vitest'
import { reportFile, reportFormat, type ReportForm } from '../../src/cli/run-report.js'

describe('a report', () => {
  const form = (given: Partial<ReportForm>): ReportForm => ({ csv: false, ...given })

  test.each([
    ['Markdown in a terminal', {}, 'markdown', undefined],
    ['what --format says', { format: 'html' }, 'html', undefined],
    ['a table with --csv, said once or twice', { csv: true, format: 'csv' }, 'csv', undefined],
    ['what the name of the file says', { out: 'week.md' }, 'markdown', 'week.md'],
    ['the same in capitals', { out: 'WEEK.HTML' }, 'html', 'WEEK.HTML'],
    ['what --format says, however the file is called', { out: 'week.txt', format: 'markdown' }, 'markdown', 'week.txt'],
    ['printed for the name that means it', { out: '-', format: 'json' }, 'json', undefined],
  ] as const)('is %s', (_, given, format, file) => {
    expect([reportFormat(form(given), false), reportFile(form(given))]).toEqual([format, file])
  })

  test('is a page in a file beside the document on stdout', () => {
    expect(reportFormat(form({ out: 'week.html' }), true)).toBe('html')
    expect(reportFormat(form({ out: 'week', format: 'html' }), true)).toBe('html')
    expect(reportFormat(form({ format: 'json' }), true)).toBe('json')
  })

  test.each([
    ['whose name says another format', { out: 'week.pdf' }, false, 'week.pdf'],
    ['whose name says none', { out: 'week' }, false, 'week'],
    ['that is a table and a page', { csv: true, format: 'html' }, false, '--csv and --format html'],
    ['that is a document and a page', { format: 'html' }, true, '--json and --format html'],
    ['that is a document and a page on stdout', { out: '-', format: 'html' }, true, '--json and --format html'],
  ] as const)('%s is refused', (_, given, isJson, says) => {
    expect(() => reportFormat(form(given), isJson)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(says) as string }),
    )
  })
})
