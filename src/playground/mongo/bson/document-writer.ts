import { BsonType } from './element-cursor.js'
import { encode } from './value.js'

/**
 * Builds BSON from pieces that are already BSON, so that stored bytes reach a client, or a changed document, without
 * being decoded. One writer may be used again and again, but for one document at a time.
 */
export class DocumentWriter {
  #bytes = Buffer.allocUnsafe(4096)
  #length = 0

  #room(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  /** Begins a document (or array); returns what `close` needs. */
  open(): number {
    this.#room(4)
    const mark = this.#length
    this.#length += 4
    return mark
  }

  /** Ends the document that `open` began. */
  close(mark: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = 0
    this.#bytes.writeInt32LE(this.#length - mark, mark)
  }

  /** Copies bytes that are BSON already: whole elements, or a value whose `name` was written just before. */
  bytes(source: Buffer, start = 0, end = source.length): void {
    this.#room(end - start)
    source.copy(this.#bytes, this.#length, start, end)
    this.#length += end - start
  }

  /** Writes an element's type and name; its value has to follow. */
  name(type: number, name: string): void {
    this.#room(2 + name.length * 3)
    this.#bytes[this.#length++] = type
    this.#length += this.#bytes.write(name, this.#length, 'utf8')
    this.#bytes[this.#length++] = 0
  }

  /** Writes a whole element from a decoded value; nothing when the value is undefined. */
  element(name: string, value: unknown): void {
    if (value === undefined) return
    const single = encode({ v: value })
    this.name(single[4] ?? BsonType.null, name)
    this.bytes(single, 7, single.length - 1)
  }

  /** A document of the elements that `write` writes. What an earlier build that failed has left is forgotten. */
  build(write: () => void): Buffer {
    this.#length = 0
    const mark = this.open()
    write()
    this.close(mark)
    const out = Buffer.allocUnsafeSlow(this.#length)
    this.#bytes.copy(out, 0, 0, this.#length)
    return out
  }
}
