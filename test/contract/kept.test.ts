import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { Kept } from '../../src/reports/kept.js'

/** A reading that is as far as it is told to be, and time that is as late as it is told to be. */
function aReading(freshMs = 1_000) {
  let elapsed = 0
  const waiting: { give: (value: string) => void; fail: (error: Error) => void }[] = []
  const clock = {
    ...systemClock,
    elapsed: () => elapsed,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  }
  const kept = new Kept(() => new Promise<string>((give, fail) => waiting.push({ give, fail })), freshMs, clock)
  return { kept, waiting, later: (ms: number) => (elapsed += ms) }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('what is kept', () => {
  test('is read once for all who wait for the first reading, and for none who have no patience', async () => {
    const { kept, waiting } = aReading()
    const both = [kept.get(), kept.get()]
    expect(await kept.get(5)).toBeUndefined()
    expect(waiting).toHaveLength(1)
    waiting[0]?.give('first')
    expect((await Promise.all(both)).map((reading) => reading?.value)).toEqual(['first', 'first'])
  })

  test('is shown at once when it is old, and read anew behind', async () => {
    const { kept, waiting, later } = aReading()
    void kept.get()
    waiting[0]?.give('first')
    await settled()
    later(500)
    expect([(await kept.get())?.value, waiting.length]).toEqual(['first', 1])
    later(600)
    expect([(await kept.get())?.value, waiting.length]).toEqual(['first', 2])
    waiting[1]?.give('second')
    await settled()
    expect((await kept.get())?.value).toBe('second')
  })

  test('is waited for once something was written, even by a reading that began before', async () => {
    const { kept, waiting, later } = aReading()
    void kept.get()
    waiting[0]?.give('first')
    await settled()
    later(2_000)
    void kept.get()
    kept.expire()
    expect(await kept.get(5)).toMatchObject({ value: 'first', isOld: true })
    expect(waiting).toHaveLength(3)
    const fresh = kept.get()
    waiting[2]?.give('after it')
    waiting[1]?.give('before it')
    expect((await fresh)?.value).toBe('after it')
    await settled()
    expect((await kept.get())?.value).toBe('after it')
  })

  test('says that it could not be read anew, and throws only where nothing is known', async () => {
    const { kept, waiting, later } = aReading()
    const first = kept.get()
    waiting[0]?.fail(new Error('away'))
    await expect(first).rejects.toThrow('away')
    void kept.get()
    waiting[1]?.give('there')
    await settled()
    later(2_000)
    void kept.get()
    waiting[2]?.fail(new Error('away again'))
    await settled()
    expect(await kept.get()).toMatchObject({ value: 'there', trouble: new Error('away again') })
  })

  test('is read the more seldom the longer it takes', async () => {
    const { kept, waiting, later } = aReading(1_000)
    void kept.get()
    later(3_000)
    waiting[0]?.give('first')
    await settled()
    later(59_000)
    await kept.get()
    expect(waiting).toHaveLength(1)
    later(2_000)
    await kept.get()
    expect(waiting).toHaveLength(2)
  })
})
