import { SkillsError } from '../../core/errors.ts'
import { databaseErrorFrom, type DatabaseError } from '../database-error.ts'
import { NOT_POSTGRES, ProtocolError } from '../message-guard.ts'
import type { SocketReader } from './socket-reader.ts'

/** A message of the server (PostgreSQL manual, "Message Formats"): the letter of its type, and what follows the length. */
export interface Message {
  type: string
  body: Buffer
}

/** The messages of a login: authentication, error, notice, version, parameter, key, ready. */
const OF_LOGIN = 'RENvSKZ'
/** No message of a login is nearly as long. */
const LONGEST_BYTES = 65_536
/** A text of the server that goes into a message of ours. */
const LONGEST_TEXT = 2_000

/** Reads a message of one of the types. The length is checked before anything is allocated. */
export async function readMessage(reader: SocketReader, types: string = OF_LOGIN): Promise<Message> {
  // the other side can be anything: its first byte often shows that, and a server of another protocol sends nothing more
  const type = (await reader.bytes(1)).toString('latin1')
  if (!types.includes(type)) throw new ProtocolError(NOT_POSTGRES)
  const length = (await reader.bytes(4)).readInt32BE(0)
  if (length < 4 || length > LONGEST_BYTES) throw new ProtocolError(NOT_POSTGRES)
  return { type, body: await reader.bytes(length - 4) }
}

/** A message of this client. */
export function messageOf(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

/** The first message, which has no type. */
export function startupMessage(minor: number, parameters: Readonly<Record<string, string | undefined>>): Buffer {
  const texts = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  const zero = texts.findIndex((text) => text.includes('\0'))
  if (zero !== -1) {
    // it would begin another parameter
    throw new SkillsError('DATABASE_URL_INVALID', `${texts[zero - 1] ?? ''} contains a NUL character`, { hint: 'remove %00 from the URL' })
  }
  const body = Buffer.from(`${texts.map((text) => `${text}\0`).join('')}\0`)
  return Buffer.concat([int32(body.length + 8), int32((3 << 16) | minor), body])
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/** The texts of a message, each with a NUL at its end. */
export function textsOf(body: Buffer): string[] {
  return body.toString('utf8').split('\0')
}

// PostgreSQL manual, "Error and Notice Message Fields"
const FIELDS: Readonly<Record<string, string>> = { V: 'severity', C: 'code', M: 'message', D: 'detail', H: 'hint', R: 'routine' }

/** The fields of an ErrorResponse or NoticeResponse, with the names that `databaseErrorFrom` reads. */
export function fieldsOf(body: Buffer): Record<string, string> {
  return Object.fromEntries(
    textsOf(body).flatMap((text) => {
      const name = FIELDS[text.slice(0, 1)]
      return name === undefined ? [] : [[name, text.slice(1, LONGEST_TEXT)]]
    }),
  )
}

export function errorOf(body: Buffer): DatabaseError {
  return databaseErrorFrom(fieldsOf(body))
}
