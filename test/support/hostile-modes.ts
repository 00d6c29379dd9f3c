import { randomBytes } from 'node:crypto'
import { columnNames } from './hostile-answers.ts'
import type { HostileClient, ProxyFilter, Script, ServerMessage } from './hostile-server.ts'
import {
  AUTH,
  authentication,
  backendKeyData,
  commandComplete,
  dataRow,
  errorResponse,
  int16,
  int32,
  loggedIn,
  message,
  messageOfLength,
  parameterStatus,
  readyForQuery,
  rowDescription,
} from './messages.ts'
import type { Certificate } from './sockets.ts'

/** What a server does wrong before the first answer has ended. Each must end in DATABASE_UNREACHABLE. */
export const OPENING_MODES: Readonly<Record<string, Script>> = {
  // silence
  'silent after accept': () => undefined,
  'silent after the startup packet': async (client) => void (await client.startup()),
  'silent in SASL': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.sasl, 'SCRAM-SHA-256\0\0'))
  },
  'silent after the proof': (client) => client.scram(serverFirst(4096)),
  'silent after AuthenticationOk': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok))
  },
  'silent before ReadyForQuery': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok), parameterStatus('server_version', '15.18'), backendKeyData())
  },
  'silent in the greeting': afterLogin(() => undefined),
  'silent in the middle of a row': afterLogin((client) => client.send(oneColumn(), dataRow(['a long value']).subarray(0, 12))),
  'silent after the row': afterLogin((client) => client.send(oneColumn(), dataRow(['x']))),
  'silent after the end of the answer': afterLogin((client) => client.send(oneColumn(), dataRow(['x']), commandComplete())),

  // garbage
  HTTP: (client) => client.send('HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>'),
  SSH: (client) => client.send('SSH-2.0-OpenSSH_9.6\r\n'),
  MySQL: (client) => client.send(Buffer.from('4a0000000a382e302e333600', 'hex'), 'x'.repeat(60)),
  'random bytes': async (client) => {
    await client.startup()
    await client.send(randomBytes(4096))
  },
  zeroes: async (client) => {
    await client.startup()
    await client.send(Buffer.alloc(4096))
  },
  'a TLS alert': async (client) => {
    await client.startup()
    await client.send(Buffer.from('15030300020228', 'hex'))
  },
  'garbage after the login': afterLogin((client) => client.send(randomBytes(4096))),
  'escape sequences as a message': afterLogin((client) => client.send('\u001b[2J\u001b]0;owned\u0007'.repeat(100))),

  // floods
  'flood of ParameterStatus': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok))
    await client.flood(parameterStatus('a', 'b'.repeat(1000)))
  },
  'flood of different parameters': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok))
    for (let i = 0; ; i++) await client.send(parameterStatus(`a${i}`, 'b'.repeat(10_000)))
  },
  'flood of NoticeResponse before the login': async (client) => {
    await client.startup()
    await client.flood(errorResponse({ S: 'NOTICE', C: '00000', M: 'hello' }, 'N'))
  },
  'flood of NoticeResponse': afterLogin((client) => client.flood(errorResponse({ S: 'NOTICE', C: '00000', M: 'hello' }, 'N'))),
  'flood of NotificationResponse': afterLogin((client) => client.flood(message('A', int32(1), 'channel\0payload\0'))),
  'flood of DataRow': afterLogin(async (client) => {
    await client.send(oneColumn())
    await client.flood(dataRow(['x'.repeat(1000)]))
  }),
  'flood of rows without columns': afterLogin(async (client) => {
    await client.send(rowDescription([]))
    await client.flood(dataRow([]))
  }),
  'flood of ErrorResponse': afterLogin((client) => client.flood(errorResponse({ S: 'ERROR', C: 'XX000', M: 'no' }))),
  'flood of ErrorResponse before the login': async (client) => {
    await client.startup()
    await client.flood(errorResponse({ S: 'ERROR', C: 'XX000', M: 'no' }))
  },
  'flood of RowDescription': afterLogin((client) => client.flood(oneColumn())),
  'flood of CommandComplete': afterLogin((client) => client.flood(commandComplete())),
  'flood of EmptyQueryResponse': afterLogin((client) => client.flood(message('I'))),
  'flood of random bytes': afterLogin((client) => client.flood(randomBytes(65_536))),
  'one byte at a time': async (client) => {
    await client.startup()
    await client.drip(Buffer.concat([loggedIn(), loggedIn()]), 300)
  },
  'one byte of the row at a time': afterLogin(async (client) => {
    await client.send(oneColumn())
    await client.drip(dataRow(['x'.repeat(1000)]), 300)
  }),
  'one notice at a time': afterLogin(async (client) => {
    for (;;) await client.drip(errorResponse({ S: 'NOTICE', C: '00000', M: 'patience' }, 'N'), 20)
  }),

  // wrong types
  'an unknown type': afterLogin((client) => client.send(message('!', 'x'), readyForQuery())),
  'the type of a client': afterLogin((client) => client.send(message('Q', 'select 1\0'), readyForQuery())),
  'more columns counted than described': afterLogin((client) => client.send(withCount(oneColumn(), 7), readyForQuery())),
  'fewer columns counted than described': afterLogin((client) => client.send(withCount(oneColumn(), 0), readyForQuery())),
  '65,535 columns counted': afterLogin((client) => client.send(withCount(oneColumn(), -1), readyForQuery())),
  'a column name without an end': afterLogin((client) => client.send(message('T', int16(1), 'x'.repeat(50)), readyForQuery())),
  'RowDescription without a body': afterLogin((client) => client.send(message('T'), readyForQuery())),
  'DataRow without a body': afterLogin((client) => client.send(oneColumn(), message('D'), readyForQuery())),
  'DataRow before RowDescription': afterLogin((client) => client.send(dataRow(['x']), commandComplete(), readyForQuery())),
  'DataRow with more columns': afterLogin((client) => client.send(oneColumn(), dataRow(['x', 'y']), commandComplete(), readyForQuery())),
  'DataRow with fewer columns': afterLogin((client) => client.send(oneColumn(), dataRow([]), commandComplete(), readyForQuery())),
  'a value longer than its row': afterLogin((client) =>
    client.send(oneColumn(), message('D', int16(1), int32(1000), 'x'), commandComplete(), readyForQuery()),
  ),
  'a value of length -2': afterLogin((client) =>
    client.send(oneColumn(), message('D', int16(1), int32(-2)), commandComplete(), readyForQuery()),
  ),
  'no row': answerWith([{ name: 'pid' }], []),
  'two rows': answerWith([{ name: 'pid' }], [['1'], ['2']]),
  'no columns': answerWith([], [[]]),
  'other columns': answerWith([{ name: 'x' }, { name: '__proto__' }], [['1', '2']]),
  'NULL in each column': greetingOf(() => null),
  'text in each column': greetingOf(() => 'x'),
  'an empty text in each column': greetingOf(() => ''),
  'a number that is not one': greetingOf((name, value) => (name === 'pid' ? '' : value)),
  'JSON that is not JSON': greetingOf((name, value) => (name === 'path' ? '{not json' : value)),
  'JSON of another shape': greetingOf((name, value) => (name === 'path' ? '{"a":[]}' : value)),
  'the server version 1e9': greetingOf((name, value) => (name === 'version' ? '1e9' : value)),
  'the server version 13devel': greetingOf((name, value) => (name === 'version' ? '13devel' : value)),
  'a name with escape sequences': greetingOf((name, value) =>
    name === 'version_text' ? 'x\u001b[2J\u0007' : name === 'version' ? '-1' : value,
  ),
  'an answer without an answer': afterLogin((client) => client.send(readyForQuery())),
  'an empty statement': afterLogin((client) => client.send(message('I'), readyForQuery())),
  CopyInResponse: afterLogin((client) => client.send(message('G', Buffer.from([0]), int16(0)))),
  CopyOutResponse: afterLogin((client) => client.send(message('H', Buffer.from([0]), int16(0)), message('d', 'x\n'))),
  CopyBothResponse: afterLogin((client) => client.send(message('W', Buffer.from([0]), int16(0)))),
  PortalSuspended: afterLogin((client) => client.send(oneColumn(), dataRow(['x']), message('s'), readyForQuery())),
  CloseComplete: afterLogin((client) => client.send(message('3'), readyForQuery())),
  FunctionCallResponse: afterLogin((client) => client.send(message('V', int32(-1)), readyForQuery())),
  'ReadyForQuery twice': afterLogin((client) => client.send(readyForQuery(), readyForQuery())),
  'ReadyForQuery of an unknown status': afterLogin((client) =>
    client.send(oneColumn(), dataRow(['x']), commandComplete(), readyForQuery('?')),
  ),
  'ReadyForQuery without a status': afterLogin((client) => client.send(oneColumn(), dataRow(['x']), commandComplete(), readyForQuery(''))),
  'AuthenticationOk after the login': afterLogin((client) => client.send(authentication(AUTH.ok))),
  'a request for a password after the login': afterLogin((client) => client.send(authentication(AUTH.cleartext))),
  'ParameterDescription with a wrong count': afterLogin((client) => client.send(message('t', int16(30_000), int32(25)), readyForQuery())),
  'NotificationResponse without an end': afterLogin((client) => client.send(message('A', int32(1), 'channel'), readyForQuery())),
  'CommandComplete without an end': afterLogin((client) => client.send(message('C', 'SELECT'), readyForQuery())),

  // lies about lengths
  ...Object.fromEntries(
    [-1, -2_147_483_648, 0, 1, 3, 2_147_483_647, 1_073_741_824].map((length) => [
      `a message of length ${length}`,
      afterLogin((client) => client.send(messageOfLength('D', length, Buffer.alloc(100)))),
    ]),
  ),
  'a length of 1 GB at the login': async (client) => {
    await client.startup()
    await client.send(messageOfLength('R', 1_000_000_000, int32(AUTH.ok)))
  },
  'a length below its body': afterLogin((client) => client.send(messageOfLength('T', 10, oneColumn().subarray(5)), readyForQuery())),
  'a length above its body': afterLogin((client) => client.send(messageOfLength('T', 60, oneColumn().subarray(5)), readyForQuery())),

  // logging in
  'the startup packet answered by a row': async (client) => {
    await client.startup()
    await client.send(dataRow(['x']))
  },
  'AuthenticationOk of 2 bytes': async (client) => {
    await client.startup()
    await client.send(message('R', int16(0)))
  },
  'BackendKeyData of 2 bytes': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok), message('K', int16(0)), readyForQuery())
  },
  'BackendKeyData of 1 MB': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok), message('K', Buffer.alloc(2 ** 20)), readyForQuery())
  },

  'MD5 without encryption': asks(authentication(AUTH.md5, 'salt')),
  'a password without encryption': asks(authentication(AUTH.cleartext)),
  GSSAPI: asks(authentication(AUTH.gss)),
  SSPI: asks(authentication(AUTH.sspi)),
  'an unknown authentication': asks(authentication(4711)),
  'SASL without a mechanism': asks(authentication(AUTH.sasl, '\0')),
  'SASL without an end': asks(authentication(AUTH.sasl, 'SCRAM-SHA-256')),
  'an unknown mechanism': asks(authentication(AUTH.sasl, 'SCRAM-SHA-1\0\0')),
  'SASL goes on before it began': asks(authentication(AUTH.saslContinue, 'r=x,s=eA==,i=4096')),
  'SASL ends before it began': asks(authentication(AUTH.saslFinal, 'v=eA==')),
  ...Object.fromEntries(
    ['2000000000', '1000001', '0', '-1', '1e9', 'x', '', '4096,m=x'].map((iterations) => [
      `SCRAM with i=${iterations}`,
      (client: HostileClient) => client.scram(serverFirst(iterations)),
    ]),
  ),
  'SCRAM with another nonce': (client) => client.scram(() => serverFirst(4096)('other')),
  'SCRAM with an empty message': (client) => client.scram(() => ''),
  'SCRAM without a salt': (client) => client.scram((nonce) => `r=${nonce}x,s=,i=4096`),
  'SCRAM without a final proof': async (client) => {
    await client.scram(serverFirst(4096))
    await client.until('p')
    await client.send(loggedIn())
  },
  'SCRAM with a wrong final proof': async (client) => {
    await client.scram(serverFirst(4096))
    await client.until('p')
    await client.send(authentication(AUTH.saslFinal, `v=${Buffer.alloc(32).toString('base64')}`), loggedIn())
  },
  'SCRAM with an error as the final proof': async (client) => {
    await client.scram(serverFirst(4096))
    await client.until('p')
    await client.send(authentication(AUTH.saslFinal, 'e=\u001b[2Jother-error'))
  },
  'BackendKeyData twice': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok), backendKeyData(), backendKeyData())
  },
  'no BackendKeyData, and silence': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok), readyForQuery())
  },

  // errors
  'an error without fields': afterLogin((client) => client.send(message('E', '\0'), readyForQuery())),
  'an error without an end': afterLogin((client) => client.send(message('E', 'SERROR'), readyForQuery())),
  'an error with fields of 1 MB': afterLogin((client) =>
    client.send(errorResponse({ S: 'ERROR', C: 'XX000', M: 'm'.repeat(2 ** 20), D: 'd'.repeat(2 ** 20) }), readyForQuery()),
  ),
  'an error with escape sequences': afterLogin((client) =>
    client.send(
      errorResponse({ S: 'ERROR', C: 'XX000', M: '\u001b[2J\u001b]0;owned\u0007\r\n##[error]x', H: '\u009b31m\u202e' }),
      readyForQuery(),
    ),
  ),
  'a FATAL error with escape sequences': async (client) => {
    await client.startup()
    await client.send(errorResponse({ S: 'FATAL', C: '\u001b[2J', M: '\u001b]0;owned\u0007\r\nok' }))
    client.close()
  },

  'an error with fields of 400 KB': afterLogin((client) =>
    client.send(errorResponse({ S: 'ERROR', C: 'XX000', M: 'm'.repeat(400_000), H: 'h'.repeat(400_000) }), readyForQuery()),
  ),

  // ends
  'closes at once': (client) => client.close(),
  'closes after the startup packet': async (client) => {
    await client.startup()
    client.close()
  },
  'closes after AuthenticationOk': async (client) => {
    await client.startup()
    await client.send(authentication(AUTH.ok))
    client.close()
  },
  'closes in the greeting': afterLogin((client) => client.close()),
  'closes in the middle of a row': afterLogin(async (client) => {
    await client.send(oneColumn(), dataRow(['a long value']).subarray(0, 12))
    client.close()
  }),
  'resets at once': (client) => client.reset(),
  'resets after the startup packet': async (client) => {
    await client.startup()
    client.reset()
  },
  'resets in the greeting': afterLogin((client) => client.reset()),
}

/** What a server does wrong when the client wants TLS; `certificate` is its own. */
export function tlsModes(certificate: Certificate): Readonly<Record<string, Script>> {
  const encrypted = (script: Script): Script => afterTls(certificate, script)
  return {
    'silent after SSLRequest': () => undefined,
    'silent after its yes to TLS': answers('S'),
    'a yes, and bytes behind it': answers('S', loggedIn()),
    'a yes, and one byte behind it': answers('SS'),
    'a no, and bytes behind it': answers('N', loggedIn()),
    'a yes, then no TLS': async (client) => {
      await answers('S')(client)
      await client.read(1)
      await client.send(loggedIn())
    },
    'a yes, then a TLS alert': answers('S', Buffer.from('15030300020228', 'hex')),
    'a yes, then random bytes': async (client) => {
      await answers('S')(client)
      await client.read(1)
      await client.send(randomBytes(4096))
    },
    'a no, then TLS': async (client) => {
      await answers('N')(client)
      await client.send(Buffer.from('16030300020228', 'hex'))
    },
    'an error in place of an answer': answers(errorResponse({ S: 'FATAL', C: '53300', M: 'too many' })),
    'a zero in place of an answer': answers('\0'),
    'an answer of 1 MB': answers('S'.repeat(2 ** 20)),
    'closes after SSLRequest': async (client) => {
      await client.packet()
      client.close()
    },
    'closes after its yes to TLS': async (client) => {
      await answers('S')(client)
      client.close()
    },
    'resets after its yes to TLS': async (client) => {
      await answers('S')(client)
      client.reset()
    },
    'silent after TLS': encrypted(() => undefined),
    'garbage after TLS': encrypted((client) => client.send(randomBytes(4096))),
    'closes after TLS': encrypted((client) => client.close()),
    'silent after the startup packet in TLS': encrypted(async (client) => void (await client.startup())),
    'flood in TLS': encrypted(async (client) => {
      await client.startup()
      await client.flood(parameterStatus('a', 'b'.repeat(1000)))
    }),
    'a row of a wrong length in TLS': encrypted(afterLogin((client) => client.send(oneColumn(), dataRow([]), readyForQuery()))),
  }
}

function answers(...bytes: (Buffer | string)[]): Script {
  return async (client) => {
    await client.packet()
    await client.send(...bytes)
  }
}

function afterTls(certificate: Certificate, script: Script): Script {
  return async (client) => {
    await client.encrypt(certificate)
    await script(client)
  }
}

/** Logs the client in without a password, waits for its first statement, and goes on. */
export function afterLogin(script: Script): Script {
  return async (client) => {
    await client.startup()
    await client.send(loggedIn())
    await client.statement()
    await script(client)
  }
}

/** The startup packet is answered with this request. */
function asks(request: Buffer): Script {
  return async (client) => {
    await client.startup()
    await client.send(request)
  }
}

/** The server's first message of SCRAM, for a nonce of the client. */
export function serverFirst(iterations: number | string): (clientNonce: string) => string {
  return (nonce) => `r=${nonce}server,s=${Buffer.from('0123456789abcdef').toString('base64')},i=${iterations}`
}

function oneColumn(): Buffer {
  return rowDescription([{ name: 'x' }])
}

/** RowDescription with another count of columns. */
function withCount(description: Buffer, count: number): Buffer {
  const changed = Buffer.from(description)
  changed.writeInt16BE(count, 5)
  return changed
}

/** The first statement is answered with these rows. */
function answerWith(columns: Parameters<typeof rowDescription>[0], rows: readonly (readonly (string | null)[])[]): Script {
  return afterLogin((client) =>
    client.send(rowDescription(columns), ...rows.map((row) => dataRow(row)), commandComplete(), readyForQuery()),
  )
}

/** The greeting of the real server, with other values. */
function greetingOf(change: (column: string, value: string | null) => string | null): Script {
  return (client: HostileClient) => {
    let columns: string[] = []
    return client.proxy((part) => {
      if (part.ready !== 1) return part.bytes
      if (part.type === 'T') columns = columnNames(part)
      if (part.type !== 'D') return part.bytes
      return dataRow(values(part).map((value, i) => change(columns[i] ?? '', value)))
    })
  }
}

function values({ bytes }: ServerMessage): (string | null)[] {
  const found: (string | null)[] = []
  for (let at = 7; at < bytes.length;) {
    const length = bytes.readInt32BE(at)
    at += 4
    found.push(length === -1 ? null : bytes.toString('utf8', at, at + length))
    at += Math.max(0, length)
  }
  return found
}

/** Forwards everything before the n-th ReadyForQuery, and one more message at most. */
export function untilReady(count: number): ProxyFilter {
  return ({ ready, bytes }) => (ready >= count ? 'take over' : bytes)
}
