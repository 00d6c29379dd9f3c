import { expect, test } from 'vitest'
import { FatalErrorReader } from '../../../src/db/fatal-error.ts'

function message(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  const header = Buffer.alloc(5)
  header.write(type)
  header.writeInt32BE(bytes.length + 4, 1)
  return Buffer.concat([header, bytes])
}

const error = (severity: string, text: string): Buffer => message('E', `SFEHLER\0V${severity}\0C53100\0M${text}\0\0`)
const ROW = message('D', 'E VPANIC\0Mno error, but text of a row\0')
const READY = message('Z', 'I')

/** What the reader finds when the bytes arrive in pieces of this size. */
function found(bytes: Buffer, size: number): string | undefined {
  const reader = new FatalErrorReader()
  for (let at = 0; at < bytes.length; at += size) {
    const fatal = reader.take(bytes.subarray(at, at + size))
    if (fatal !== undefined) return fatal
  }
  return undefined
}

test.each([1, 2, 3, 5, 7, 64, 10_000])(
  'fatal errors: the messages arrive in pieces of %i bytes -> the one that ends the session is found',
  (size) => {
    const before = [ROW, READY, error('ERROR', 'ordinary'), READY, ROW]
    expect(found(Buffer.concat([...before, error('PANIC', 'the disk is full: größer'), ROW]), size)).toBe('the disk is full: größer')
    expect(found(Buffer.concat([...before, error('FATAL', 'too late')]), size)).toBe('too late')
    expect(found(Buffer.concat(before), size)).toBeUndefined()
  },
)
