import { saslprep } from '@mongodb-js/saslprep'

/** A password after SASLprep (RFC 4013). As in PostgreSQL, one that SASLprep forbids is used as it is. */
export function preparedPassword(password: string): string {
  try {
    const prepared = saslprep(password)
    return prepared === '' ? password : prepared
  } catch {
    return password
  }
}
