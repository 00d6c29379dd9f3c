import * as crypto from 'node:crypto'

/** Node has it from 20.12; for small inputs it takes half the time. */
const oneShot = (crypto as { hash?: (algorithm: string, data: string | Uint8Array, encoding: 'hex') => string }).hash

/** Lower-case hex SHA-256 of the bytes, or of the text as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return oneShot === undefined ? crypto.createHash('sha256').update(data).digest('hex') : oneShot('sha256', data, 'hex')
}

/** The same of texts that follow one another. */
export function sha256Of(parts: Iterable<string>): string {
  const hash = crypto.createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
