// Messages of the PostgreSQL protocol, version 3 (PostgreSQL manual, "Message Formats"), as a server sends them.

/** A message: its type, the length, and the body. */
export function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as Buffer)))
  return messageOfLength(type, body.length + 4, body)
}

/** A message whose length field can be wrong. */
export function messageOfLength(type: string, length: number, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(length), body])
}

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/** OIDs of types. */
export const OID = { bool: 16, int8: 20, int4: 23, text: 25, json: 114, timestamptz: 1184 } as const

export interface Column {
  name: string
  type?: number
}

export function rowDescription(columns: readonly Column[]): Buffer {
  const fields = columns.map(({ name, type = OID.text }) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]),
  )
  return message('T', int16(columns.length), ...fields)
}

export function dataRow(values: readonly (string | null)[]): Buffer {
  const fields = values.map((value) => (value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)])))
  return message('D', int16(values.length), ...fields)
}

export function commandComplete(tag = 'SELECT 1'): Buffer {
  return message('C', `${tag}\0`)
}

export function readyForQuery(status = 'I'): Buffer {
  return message('Z', status)
}

/** Fields of an ErrorResponse or NoticeResponse by their letters: S and V severity, C SQLSTATE, M message. */
export function errorResponse(fields: Readonly<Record<string, string>>, type: 'E' | 'N' = 'E'): Buffer {
  return message(type, ...Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`), '\0')
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', `${name}\0${value}\0`)
}

/** Authentication messages: their code, and what follows it. */
export const AUTH = { ok: 0, cleartext: 3, md5: 5, gss: 7, sspi: 9, sasl: 10, saslContinue: 11, saslFinal: 12 } as const

export function authentication(code: number, ...rest: readonly (Buffer | string)[]): Buffer {
  return message('R', int32(code), ...rest)
}

export function backendKeyData(pid = 7, secret = 8): Buffer {
  return message('K', int32(pid), int32(secret))
}

/** What follows a login without a password. */
export function loggedIn(): Buffer {
  return Buffer.concat([
    authentication(AUTH.ok),
    parameterStatus('server_version', '15.18'),
    parameterStatus('client_encoding', 'UTF8'),
    backendKeyData(),
    readyForQuery(),
  ])
}
