import { DocumentWriter } from '../bson/document-writer.js'
import { BsonType } from '../bson/element-cursor.js'
import { isDocument, type Document } from '../bson/value.js'

/** A document within a reply that is encoded already. */
export class EncodedDocument {
  constructor(readonly bytes: Buffer) {}
}

/** An array of documents within a reply that are encoded already. */
export class EncodedDocuments {
  constructor(readonly documents: readonly Buffer[]) {}
}

const writer = new DocumentWriter()

/** Encodes a reply; stored documents in it are copied as they are. */
export function encodeReply(reply: Document): Buffer {
  return writer.build(() => {
    writeFields(reply)
  })
}

function writeFields(document: Document): void {
  for (const [name, value] of Object.entries(document)) writeField(name, value)
}

function writeField(name: string, value: unknown): void {
  if (value instanceof EncodedDocument) {
    writer.name(BsonType.document, name)
    writer.bytes(value.bytes)
  } else if (value instanceof EncodedDocuments) {
    writer.name(BsonType.array, name)
    const mark = writer.open()
    value.documents.forEach((bytes, i) => {
      writer.name(BsonType.document, String(i))
      writer.bytes(bytes)
    })
    writer.close(mark)
  } else if (isDocument(value)) {
    writer.name(BsonType.document, name)
    const mark = writer.open()
    writeFields(value)
    writer.close(mark)
  } else {
    writer.element(name, value)
  }
}
