import { Journal, type Journaled } from '../../../src/playground/journal/journal.js'

/** The smallest state that a journal can keep: values by key. */
export class KeptMap implements Journaled {
  readonly kind = 'map'
  readonly values = new Map<string, string>()
  journal: Journal | undefined

  /** Opens what a directory holds; a fresh one begins at once. */
  static async open(dir: string, smallest?: number): Promise<KeptMap> {
    const kept = new KeptMap()
    kept.journal = await Journal.open(dir, kept, smallest)
    await kept.journal.begin()
    return kept
  }

  /** Sets a value; resolves when that is acknowledged. */
  async set(key: string, value: string): Promise<void> {
    this.values.set(key, value)
    await this.journal?.append(Buffer.from(JSON.stringify([key, value])))
  }

  replay(payload: Buffer): void {
    const [key, value] = JSON.parse(payload.toString()) as [string, string]
    this.values.set(key, value)
  }

  *snapshot(): Generator<Buffer> {
    for (const entry of this.values) yield Buffer.from(JSON.stringify(entry))
  }

  async close(): Promise<void> {
    await this.journal?.close()
  }
}
