import type { Duplex } from 'node:stream'
import postgres from 'postgres'
import { connectionLost } from '../core/common-errors.ts'
import { reasonOf, type SkillsError } from '../core/errors.ts'
import { databaseErrorFrom, DatabaseError } from './database-error.ts'
import type { Notice, Notification, Outcome, Parameter, Row } from './db.ts'
import { ProtocolError } from './message-guard.ts'
import { SocketError } from './network-socket.ts'
import { SESSION_ENDED } from './sqlstates.ts'
import type { StatementWatch } from './statement-watch.ts'

export interface DriverOptions {
  /** Opens a connection that has logged in. Called once: the connection is never opened again. `statements`: how many were sent. */
  connect: (statements: () => number) => Promise<Duplex>
  onNotice: (notice: Notice) => void
  onNotification: (notification: Notification) => void
  /** The error that the server sent before it closed the connection: the driver forgets it. */
  lastError?: () => DatabaseError | undefined
  watch?: Pick<StatementWatch, 'sent' | 'answered' | 'explain'>
}

/** A single connection of postgres.js, without its automatic reconnect and named statements (see the options). */
export interface Driver {
  query(sql: string, parameters: readonly Parameter[]): Promise<Row[]>
  script(sql: string): Promise<Row[]>
  pipeline(messages: readonly string[], onAnswer?: (index: number) => void): Promise<Outcome[]>
  /** Calls back once when the connection has ended. */
  onEnd(listener: () => void): void
  /** Ends the connection at once; its statements fail with this reason. */
  abandon(reason: string): void
  /** Ends the connection, within 2 s also when the server does not. With `wait: false` the message that ends it is sent, and no more. */
  end(options?: { wait?: boolean | undefined }): Promise<void>
}

/** Does not connect yet: the first query does. */
export function createDriver(options: DriverOptions): Driver {
  let opened = false
  let socket: Duplex | undefined
  let gone = false
  const onEnd: (() => void)[] = []
  const waiting = new Set<(error: unknown) => void>()
  const ended = (): void => {
    gone = true
    for (const listener of onEnd.splice(0)) listener()
    // the driver rejects most queries; those that it forgets must not wait for ever
    if (waiting.size > 0) setTimeout(() => waiting.forEach((reject) => reject(lost())), LAST_WORDS_MS)
  }
  let hasAnswered = false
  let statements = 0
  const openSocket = async (): Promise<Duplex> => {
    // postgres.js reconnects automatically; in a transaction, the remaining statements would run outside it
    if (opened) throw lost()
    opened = true
    return connecting ?? connect()
  }
  const connect = async (): Promise<Duplex> => {
    socket = await options.connect(() => statements)
    return socket.once('error', ended).once('close', ended)
  }
  let connecting: Promise<Duplex> | undefined
  const sql = withoutVariable('PGTARGETSESSIONATTRS', () => postgres(driverSettings(options, openSocket)))
  let opening: Promise<unknown> | undefined
  /**
   * postgres.js waits for the answer to its first query before it sends another, sends those that wait in another order, and after
   * a failed attempt to connect it settles only one of them. So the first one is empty, and the others begin when it is answered,
   * which `handOver` does without the server.
   */
  const open = (): Promise<unknown> => (opening ??= orLost(firstQuery(), waiting))
  const firstQuery = (): PromiseLike<Iterable<Row>> => {
    // postgres.js asks for the socket a timer later
    connecting = connect()
    connecting.catch(() => undefined)
    return sql.unsafe('').simple()
  }

  const run = async (query: PromiseLike<Iterable<Row>>): Promise<Row[]> => {
    // it would reconnect
    if (gone) throw lost()
    statements++
    options.watch?.sent()
    try {
      await open()
      const result = await orLost(query, waiting)
      hasAnswered = true
      return [...result]
    } catch (error) {
      const broken = brokenBy(error)
      const last = broken === undefined && isLost(error) ? options.lastError?.() : undefined
      if (last !== undefined) throw lost(last)
      if (broken === undefined) throw options.watch === undefined ? translate(error) : options.watch.explain(translate(error))
      // while the connection is opened, the caller knows more about it
      throw hasAnswered ? lost(broken) : broken
    } finally {
      options.watch?.answered()
    }
  }

  return {
    query: (text, parameters) =>
      run(
        sql.unsafe(
          text,
          parameters.map((value) =>
            isJson(value) ? sql.typed(value as never, SERVER_DECIDES) : value,
          ) as postgres.ParameterOrJSON<never>[],
        ),
      ),
    script: (text) => run(sql.unsafe(text).simple()),
    pipeline: (messages, onAnswer) =>
      Promise.all(
        messages.map(async (text, i) => {
          const answer = await outcome(run(sql.unsafe(text).simple()))
          onAnswer?.(i)
          return answer
        }),
      ),
    onEnd: (listener) => void (gone ? listener() : onEnd.push(listener)),
    abandon: (reason) => void socket?.destroy(new SocketError('', reason)),
    end: async ({ wait = true } = {}) => {
      if (!gone) {
        const sent = new Promise((resolve) => socket?.once('finish', resolve))
        const closed = sql.end({ timeout: END_SECONDS })
        await (wait ? closed : Promise.race([closed, sent]))
      }
      // the driver waits for the server to close it
      socket?.destroy()
    },
  }
}

function driverSettings(options: DriverOptions, socket: () => Promise<Duplex>): postgres.Options<Record<string, never>> {
  const settings = {
    // its types lack `socket`, and it reads PG* variables for options that are not given
    ...({ socket, host: 'localhost', port: 5432, path: undefined } as object),
    // those of the embedded database; a server has received its own before
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    // the time limit of opening and keep-alive are set on the socket
    connect_timeout: 0,
    keep_alive: null,
    // named statements break behind transaction poolers, and a command runs each statement once
    prepare: false,
    fetch_types: false,
    types: { number: READ_NUMBER, date: READ_DATE },
    max_pipeline: 10_000,
    connection: { application_name: 'skills' },
    onnotify: (channel: string, payload: string) => options.onNotification({ channel, payload }),
    onnotice: (notice: postgres.Notice) =>
      options.onNotice({ severity: notice['severity'] ?? 'NOTICE', code: notice['code'] ?? '00000', message: notice['message'] ?? '' }),
  }
  return settings as unknown as postgres.Options<Record<string, never>>
}

const END_SECONDS = 2

// The types of the driver, which makes NaN and invalid dates of any text. OIDs: int2, int4, oid, float4, float8; date, timestamp, timestamptz
const READ_NUMBER = {
  to: 0,
  from: [21, 23, 26, 700, 701],
  serialize: String,
  parse: (text: string): number => {
    const value = Number(text)
    if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw new ProtocolError('the server sent a number that cannot be read')
    return value
  },
}
const READ_DATE = {
  to: 1184,
  from: [1082, 1114, 1184],
  serialize: (value: unknown): string => (value instanceof Date ? value : new Date(value as string)).toISOString(),
  parse: (text: string): Date => {
    // years before 1 or after 9999 are times of PostgreSQL that JavaScript cannot read
    if (!/^(?:\d|-?infinity$)/.test(text)) throw new ProtocolError('the server sent a time that cannot be read')
    const [, local = '', sign, hours, minutes, seconds] = OFFSET_WITH_SECONDS.exec(text) ?? []
    if (sign === undefined) return new Date(text)
    return new Date(Date.parse(`${local}Z`) - Number(`${sign}1`) * 1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)))
  },
}

/** Of a time before the time zone had whole minutes, which JavaScript cannot read: `1900-01-01 00:00:00+00:19:32`. */
const OFFSET_WITH_SECONDS = /^(.*)([+-])(\d\d):(\d\d):(\d\d)$/

/** Time for the driver to settle its queries after the end of the connection. */
const LAST_WORDS_MS = 200

/** postgres.js reads this variable, which no option replaces, and refuses some of its values. */
function withoutVariable<T>(name: string, work: () => T): T {
  const value = process.env[name]
  delete process.env[name]
  try {
    return work()
  } finally {
    if (value !== undefined) process.env[name] = value
  }
}

/** The result of the query, unless its entry in `waiting` is called first. */
function orLost(query: PromiseLike<Iterable<Row>>, waiting: Set<(error: unknown) => void>): Promise<Iterable<Row>> {
  return new Promise((resolve, reject) => {
    waiting.add(reject)
    const settle =
      <T>(how: (value: T) => void) =>
      (value: T): void => {
        waiting.delete(reject)
        how(value)
      }
    query.then(settle(resolve), settle(reject))
  })
}

/** Type 0. For a list the driver would use the type of the first item: boolean for `[true]`. */
const SERVER_DECIDES = 0

function isJson(value: Parameter): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

async function outcome(result: Promise<Row[]>): Promise<Outcome> {
  try {
    return { ok: true, rows: await result }
  } catch (error) {
    if (error instanceof DatabaseError) return { ok: false, error }
    throw error
  }
}

const LOST: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])

function translate(error: unknown): unknown {
  if (error instanceof postgres.PostgresError) {
    const translated = databaseErrorFrom(error as unknown as Record<string, unknown>)
    return SESSION_ENDED.has(translated.code) ? lost(translated) : translated
  }
  return isLost(error) ? lost(error) : error
}

function isLost(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && LOST.has(code)
}

/** What the server sent, or did not send in time. JSON is the one type whose values the driver can fail to read. */
function brokenBy(error: unknown): SocketError | ProtocolError | undefined {
  if (error instanceof SyntaxError) return new ProtocolError('the server sent JSON that cannot be read')
  return error instanceof SocketError || error instanceof ProtocolError ? error : undefined
}

function lost(cause?: unknown): SkillsError {
  return connectionLost(cause instanceof DatabaseError || brokenBy(cause) !== undefined ? reasonOf(cause) : 'the server closed it', cause)
}
