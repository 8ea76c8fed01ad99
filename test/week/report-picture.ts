import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { aBrowser } from '../support/browser.js'
import { Week } from './week.js'

const PICTURE = join(import.meta.dirname, '../../docs/report-weekly.png')

/**
 * Runs `npm run report:picture`: plays the seven nights of `npm run week` and takes a picture of their report for docs/. With
 * `--out DIRECTORY` the page itself, a phone, the dark and paper go there as well, to be looked at. Returns the exit code.
 */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { chromium: { type: 'string', default: 'chromium' }, out: { type: 'string' } },
  })
  const directory = values.out ?? mkdtempSync(join(tmpdir(), 'mh-sf-report-'))
  try {
    const page = join(directory, 'report.html')
    await play(page)
    await take(page, values.chromium, values.out)
    return 0
  } finally {
    if (values.out === undefined) rmSync(directory, { recursive: true })
  }
}

async function play(file: string): Promise<void> {
  const week = await Week.begin(600, 'mongohacks', true)
  try {
    for await (const { line } of week.nights()) process.stdout.write(`${line}\n`)
    await week.report(file)
  } finally {
    await week.close()
  }
}

async function take(file: string, executable: string, directory: string | undefined): Promise<void> {
  const browser = await aBrowser(executable)
  try {
    const looks = [
      { path: PICTURE, width: 1280, colorScheme: 'light' },
      ...(directory === undefined ? [] : looksIn(directory)),
    ] as const
    for (const { path, width, colorScheme } of looks) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
      await page.goto(pathToFileURL(file).href)
      await page.screenshot({ path, fullPage: true })
      if (directory !== undefined) await page.pdf({ path: join(directory, 'report.pdf'), preferCSSPageSize: true })
      await page.close()
    }
  } finally {
    await browser.close()
  }
}

function looksIn(directory: string) {
  return ([375, 1280] as const).flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({
      path: join(directory, `report-${width}-${colorScheme}.png`),
      width,
      colorScheme,
    })),
  )
}
