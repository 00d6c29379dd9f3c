import { createGunzip } from 'node:zlib'
import { SkillsError } from '../core/errors.ts'

/**
 * The bytes of an input of events: gzip is decompressed, a byte order mark of UTF-8 is dropped. Throws USAGE for another encoding or
 * compression, with the command that converts it, and for gzip that is damaged or cut off.
 */
export async function* inputBytes(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const packed = await withHead(bytesOf(input))
  const { head, bytes } = startsWith(packed.head, GZIP) ? await withHead(gunzip(packed.bytes)) : packed
  const refused = REFUSED.find(({ mark }) => startsWith(head, mark)) ?? withoutMark(head)
  if (refused !== undefined)
    throw new SkillsError('USAGE', `the input is ${refused.name}, and must be JSON in UTF-8, plain or with gzip`, {
      hint: `convert it: ${refused.remedy} < INPUT | skills log`,
    })
  let isFirst = startsWith(head, UTF8_MARK)
  for await (const chunk of bytes) {
    yield isFirst ? chunk.subarray(UTF8_MARK.length) : chunk
    isFirst = false
  }
}

const GZIP = [0x1f, 0x8b]
const UTF8_MARK = [0xef, 0xbb, 0xbf]

/** First bytes of what is not read, in the order in which they are compared; NUL is in no JSON. */
const REFUSED: readonly { mark: readonly number[]; name: string; remedy: string }[] = [
  { mark: [0xff, 0xfe, 0, 0], name: 'UTF-32', remedy: 'iconv -f UTF-32 -t UTF-8' },
  { mark: [0, 0, 0xfe, 0xff], name: 'UTF-32', remedy: 'iconv -f UTF-32 -t UTF-8' },
  { mark: [0xff, 0xfe], name: 'UTF-16', remedy: 'iconv -f UTF-16 -t UTF-8' },
  { mark: [0xfe, 0xff], name: 'UTF-16', remedy: 'iconv -f UTF-16 -t UTF-8' },
  { mark: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd', remedy: 'zstd -dc' },
  { mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], name: 'xz', remedy: 'xz -dc' },
  { mark: [0x42, 0x5a, 0x68], name: 'bzip2', remedy: 'bzip2 -dc' },
  { mark: [0x50, 0x4b, 3, 4], name: 'a zip archive', remedy: 'unzip -p' },
]
const LONGEST_MARK = 6

async function* bytesOf(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

/** An input, and the first of its bytes: the chunks can be small. */
async function withHead(chunks: AsyncGenerator<Uint8Array>): Promise<{ head: Buffer; bytes: AsyncGenerator<Uint8Array> }> {
  let head = Buffer.alloc(0)
  while (head.length < LONGEST_MARK) {
    const next = await chunks.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  return { head, bytes: joined(head, chunks) }
}

async function* joined(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  yield* rest
}

async function* gunzip(input: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpack = createGunzip()
  const { pipeline } = await import('node:stream/promises')
  // its error is that of the loop below; an error of the input is thrown after it
  const done = pipeline(input, unpack).catch((error: unknown) => error)
  try {
    for await (const chunk of unpack) yield chunk as Buffer
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error
    throw new SkillsError('USAGE', `the gzip data cannot be read to its end: ${error.message}`, {
      hint: 'the events before that place are written; compress the input again, or run the command with the complete file',
    })
  } finally {
    unpack.destroy()
    await done
  }
}

/** UTF-16 without a byte order mark: every second byte of ASCII is NUL. */
function withoutMark(head: Buffer): (typeof REFUSED)[number] | undefined {
  const [a, b, c, d] = head
  const big = a === 0 && b !== 0 && c === 0 && d !== 0
  const little = a !== 0 && b === 0 && c !== 0 && d === 0
  if (head.length < 4 || (!big && !little)) return undefined
  return { mark: [], name: 'UTF-16', remedy: `iconv -f UTF-16${big ? 'BE' : 'LE'} -t UTF-8` }
}

function startsWith(head: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => head[i] === byte)
}
