import type { ProxyFilter, Script, ServerMessage } from './hostile-server.ts'
import { dataRow, OID, readyForQuery, rowDescription } from './messages.ts'

interface Answer {
  script: Script
  /** No true answer looks like it. Others can be taken for true ones by some commands. */
  isBreach: boolean
}

/** What a server answers in the place of the true values, after a greeting that is correct. */
export const AFTER_GREETING: Readonly<Record<string, Answer>> = {
  'NULL in each column': { isBreach: true, script: eachValue(undefined, () => null) },
  'text in each column': { isBreach: false, script: eachValue(OID.text, () => 'x') },
  'a list of NULL in each column': { isBreach: true, script: eachValue(OID.json, () => '[null]') },
  'an object that is no text in each column': { isBreach: false, script: eachValue(OID.json, () => '{"toString":1,"valueOf":1}') },
  'infinity in each column': { isBreach: true, script: eachValue(OID.timestamptz, () => 'infinity') },
  'no rows': { isBreach: false, script: afterGreeting(({ type, bytes }) => (type === 'D' ? Buffer.alloc(0) : bytes)) },
  'other columns': {
    isBreach: true,
    script: afterGreeting((part) =>
      part.type === 'T' ? rowDescription(columnNames(part).map((_, i) => ({ name: i === 0 ? '__proto__' : `c${i}` }))) : part.bytes,
    ),
  },
  'one more ReadyForQuery': {
    isBreach: true,
    script: afterGreeting(({ type, bytes }) => (type === 'Z' ? Buffer.concat([bytes, readyForQuery()]) : bytes)),
  },
}

function afterGreeting(filter: (message: ServerMessage) => Buffer): Script {
  const proxied: ProxyFilter = (message) => (message.ready < 2 ? message.bytes : filter(message))
  return (client) => client.proxy(proxied)
}

function eachValue(type: number | undefined, value: () => string | null): Script {
  return afterGreeting((part) => {
    if (part.type === 'T' && type !== undefined) return rowDescription(columnNames(part).map((name) => ({ name, type })))
    if (part.type === 'D') return dataRow(Array.from({ length: part.bytes.readInt16BE(5) }, value))
    return part.bytes
  })
}

/** The names of a RowDescription. */
export function columnNames({ bytes }: ServerMessage): string[] {
  const names: string[] = []
  for (let at = 7; at < bytes.length;) {
    const end = bytes.indexOf(0, at)
    names.push(bytes.toString('utf8', at, end))
    at = end + 19
  }
  return names
}
