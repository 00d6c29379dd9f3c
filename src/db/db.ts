import type { Columns, RowOf } from './columns.ts'
import type { Link } from './link.ts'
import type { DatabaseError } from './database-error.ts'
import type { EarlyStatements } from './early-statements.ts'
import type { StoredText } from './stored-text.ts'
import type { WatchTimes } from './statement-watch.ts'

/** A row from the server: int8 and numeric are strings (they do not fit a JS number), json is parsed, timestamps are `Date`. */
export type Row = Record<string, unknown>

/** Objects and arrays are sent as JSON: use them for `jsonb` parameters only. */
export type Parameter = string | number | boolean | null | Date | object

export interface DbInfo {
  kind: 'server' | 'embedded'
  /** For people and JSON, without a password: `postgres://app@db:5432/prod`, `embedded .skills/db`. */
  label: string
  /** `server_version_num`, for example 150018. */
  version: number
  /** Without the name of the distribution: `15.18`. */
  versionText: string
  user: string
  database: string
  /** The schema of unqualified names, see `--schema`. */
  schema: string
  /** False: the schema is the first one of the search_path, because none was named. */
  schemaChosen: boolean
  schemaExists: boolean
  /** Schemas in the search_path of the connection, without `schema`. */
  otherSchemas: readonly string[]
  /** The role that logged in is a superuser, can become one with SET ROLE, or can run programs or read and write files of the server. */
  superuser: boolean
  /** Process ID of the backend, for another connection that watches it; not reliable behind a pooler. */
  pid: number
  /** The embedded database does not exist: an empty one in memory takes its place (`OpenOptions.create`). */
  absent?: true
  /** The server is a standby: it is read-only. */
  inRecovery: boolean
  /** When the server was started, as it writes the time: connections with different values are to different servers. */
  serverStarted: string
  /** Another backend answers than at the start: a pooler in transaction or statement mode. */
  pooled: boolean
}

export interface Notice {
  severity: string
  code: string
  message: string
}

/** A notification (NOTIFY) on a channel that this connection listens to. */
export interface Notification {
  channel: string
  payload: string
}

/** The result of one message of a pipeline. */
export type Outcome = { ok: true; rows: Row[] } | { ok: false; error: DatabaseError }

/** A COPY ... FROM STDIN. */
export interface CopyFrom {
  /** The statement. */
  text: string
  /** In parts, in the format that the statement names, which is not binary. An error of the iterator ends the COPY with that error. */
  rows: Iterable<string>
  /** Where the word STDIN is in the statement. */
  stdin: { start: number; end: number }
}

export interface TransactionOptions {
  readOnly?: boolean
  /** `repeatable read` gives one snapshot for all queries. */
  isolation?: 'read committed' | 'repeatable read'
  /** Always roll back at the end. */
  rollback?: boolean
}

export interface OpenOptions {
  /** The schema of unqualified names; the first schema of the search_path unless given. */
  schema?: string | undefined
  /** False: an embedded database that does not exist is not created; an empty one in memory takes its place. */
  create?: boolean | undefined
  /** How long to wait for a server that is still starting, in milliseconds. */
  waitMs?: number | undefined
  /** The connection does not keep the process alive: for use inside an application. */
  background?: boolean | undefined
  /** Overrides the times after which a silent server counts as lost; for tests. */
  watch?: Partial<WatchTimes> | undefined
  /** Ends the attempt to open, with its reason as the error. */
  signal?: AbortSignal | undefined
  /** Called with a weakness of the connection that the settings permit. Default: `process.emitWarning`, once for each text. */
  onWarning?: ((text: string) => void) | undefined
  /** Statements for `run`, of which a server gets the first ones together with the first query: that saves a round trip. */
  early?: EarlyStatements | undefined
  /** Called when a server has accepted the connection, before its first answer: there is time for other work. */
  onConnected?: ((link: () => Link) => void) | undefined
}

/**
 * A single connection to one database, used by one caller at a time. It never reconnects: the remaining statements of a
 * transaction would run outside it. Errors: `DatabaseError` for what the server refuses, `SkillsError` CONNECTION_LOST
 * when the connection has ended.
 */
export interface Db {
  readonly info: DbInfo
  /**
   * One statement that names its tables with their schema, `:"schema".skills_registry` in the schema of `info`; parameters are
   * `$1`, `$2`, ... Functions, operators and types are those of pg_catalog, whatever the search_path is (see `OWN_SETTINGS`).
   * Outside `transaction`, the statement has a transaction of its own, in the same round trip. An answer without the declared
   * columns ends the connection: CONNECTION_LOST.
   */
  run<C extends Columns>(sql: string, parameters: readonly Parameter[], columns: C): Promise<RowOf<C>[]>
  run<R extends Row = Row>(sql: string, parameters?: readonly Parameter[], columns?: Columns): Promise<R[]>
  /** One statement as it is; parameters are `$1`, `$2`, ... Its names follow the search_path of the connection or transaction. */
  query<C extends Columns>(sql: string, parameters: readonly Parameter[], columns: C): Promise<RowOf<C>[]>
  query<R extends Row = Row>(sql: string, parameters?: readonly Parameter[], columns?: Columns): Promise<R[]>
  /** A script of any number of statements in one message. Results are discarded. Send nothing else before a stored text has ended. */
  exec(script: string | StoredText): Promise<void>
  /**
   * Sends all messages without waiting for the answers: one round trip. Each message is a script; after a failure in a
   * transaction the next messages fail too, until a rollback. `onAnswer` is called for each answer.
   */
  pipeline(messages: readonly string[], onAnswer?: (index: number) => void): Promise<Outcome[]>
  /** Runs one COPY ... FROM STDIN with its rows. Send nothing else before it has ended. */
  copyFrom(copy: CopyFrom): Promise<void>
  /** Runs `work` in a transaction with the settings of `run`: its names are those of pg_catalog, tables have their schema. */
  transaction<T>(options: TransactionOptions, work: () => Promise<T>): Promise<T>
  onNotice(listener: (notice: Notice) => void): () => void
  /** Calls back for notifications on the channels that this connection listens to (LISTEN). */
  onNotification(listener: (notification: Notification) => void): () => void
  /** Calls back once when the connection has ended, for whatever reason; at once when it has ended before. */
  onEnd(listener: () => void): void
  /** Requests the server to cancel the running statement; resolves when the server has received the request. */
  cancel(): Promise<void>
  /**
   * The time limit that the server has for each statement from now on (`statement_timeout`), in milliseconds; undefined for
   * none. A statement that exceeds it by 5 s is canceled; 5 s later the connection is ended.
   */
  limitStatements(ms: number | undefined): void
  /** Ends the connection at once, without the server. Its statements fail with CONNECTION_LOST and this reason. */
  abandon(reason: string): void
  /**
   * Ends the connection. `wait: false` does not wait until a server has ended the session: enough for a process that ends, as the programs
   * of PostgreSQL do. An embedded database is closed in any case.
   */
  close(options?: { wait?: boolean | undefined }): Promise<void>
}
