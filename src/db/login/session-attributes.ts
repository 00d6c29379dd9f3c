import type net from 'node:net'
import type { SessionAttributes } from '../../core/target.ts'
import { NOT_POSTGRES, ProtocolError } from '../message-guard.ts'
import { errorOf, messageOf, readMessage } from './messages.ts'
import type { SocketReader } from './socket-reader.ts'

/** Why the session does not have the attributes; undefined when it has them. Servers before 14, and poolers, are queried. */
export async function missingAttribute(
  wanted: SessionAttributes,
  parameters: ReadonlyMap<string, string>,
  socket: net.Socket,
  reader: SocketReader,
): Promise<string | undefined> {
  const standby = parameters.get('in_hot_standby')
  const readOnly = parameters.get('default_transaction_read_only')
  const state =
    standby === undefined || readOnly === undefined
      ? await queryState(socket, reader)
      : { isStandby: standby === 'on', isReadOnly: standby === 'on' || readOnly === 'on' }
  return MISSING[wanted](state)
}

interface State {
  isStandby: boolean
  isReadOnly: boolean
}

const MISSING: Readonly<Record<SessionAttributes, (state: State) => string | undefined>> = {
  'read-write': ({ isReadOnly }) => (isReadOnly ? 'the session is read-only' : undefined),
  'read-only': ({ isReadOnly }) => (isReadOnly ? undefined : 'the session is not read-only'),
  primary: ({ isStandby }) => (isStandby ? 'the server is a standby' : undefined),
  standby: ({ isStandby }) => (isStandby ? undefined : 'the server is not a standby'),
  'prefer-standby': ({ isStandby }) => (isStandby ? undefined : 'the server is not a standby'),
}

const QUERY = "SELECT pg_catalog.concat(pg_catalog.pg_is_in_recovery(), ' ', pg_catalog.current_setting('transaction_read_only'))"

async function queryState(socket: net.Socket, reader: SocketReader): Promise<State> {
  socket.write(messageOf('Q', `${QUERY}\0`))
  let answer = ''
  // RowDescription, DataRow, CommandComplete, ReadyForQuery
  for (let i = 0; i < 20; i++) {
    const { type, body } = await readMessage(reader, 'TDCZNSE')
    if (type === 'E') throw errorOf(body)
    // Int16 number of columns, Int32 length of the value
    if (type === 'D') answer = body.toString('utf8', 6)
    if (type === 'Z') return { isStandby: answer.startsWith('t'), isReadOnly: answer.endsWith(' on') }
  }
  throw new ProtocolError(NOT_POSTGRES)
}
