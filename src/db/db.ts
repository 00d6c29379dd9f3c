import type { Link } from './link.ts'
import type { DatabaseError } from './database-error.ts'

/** A row as the server sent it: int8 and numeric are strings (they do not fit a JS number), json is parsed, timestamps are `Date`. */
export type Row = Record<string, unknown>

/** Objects and arrays are sent as JSON: use them for `jsonb` parameters only. */
export type Parameter = string | number | boolean | null | Date | object

export interface DbInfo {
  kind: 'server' | 'embedded'
  /** For people and JSON, without a password: `postgres://app@db:5432/prod`, `embedded .skills/db`. */
  label: string
  /** `server_version_num`, for example 150018. */
  version: number
  /** Without the distribution's remark: `15.18`. */
  versionText: string
  user: string
  database: string
  /** The schema that unqualified names mean, see `--schema`. */
  schema: string
  schemaExists: boolean
  /** Schemas of the session's own search_path, without `schema`. */
  otherSchemas: readonly string[]
  superuser: boolean
  /** Process id of the backend, for looking at it from another session; not to be relied on behind a pooler. */
  pid: number
  /** A standby: nothing can be written. */
  inRecovery: boolean
  /** The backend answering is not the one that greeted us: a pooler in transaction or statement mode. */
  pooled: boolean
}

export interface Notice {
  severity: string
  code: string
  message: string
}

/** What somebody told everybody who listens (NOTIFY). */
export interface Notification {
  channel: string
  payload: string
}

/** What became of one message of a pipeline. */
export type Outcome = { ok: true; rows: Row[] } | { ok: false; error: DatabaseError }

export interface TransactionOptions {
  readOnly?: boolean
  /** `repeatable read` gives one snapshot for all queries. */
  isolation?: 'read committed' | 'repeatable read'
  /** Roll back at the end whatever happens. */
  rollback?: boolean
}

export interface OpenOptions {
  /** The schema that unqualified names mean; the session's own first schema unless given. */
  schema?: string | undefined
  /** How long to wait for a server that is still starting. */
  waitMs?: number | undefined
  /** The connection does not keep the process alive: for sessions inside of an application. */
  background?: boolean | undefined
  /** Told when a server has taken the connection, before it has greeted: there is time for other work. */
  onConnected?: ((link: () => Link) => void) | undefined
}

/**
 * One session with one database: a single connection, used by one caller at a time, that never
 * reconnects (a silent reconnect would run the rest of a transaction outside of it).
 * Errors: `DatabaseError` for what the server refuses, `SkillsError` CONNECTION_LOST when it is gone.
 */
export interface Db {
  readonly info: DbInfo
  /** One statement; parameters are `$1`, `$2`, ... */
  query<R extends Row = Row>(sql: string, parameters?: readonly Parameter[]): Promise<R[]>
  /** A script of any number of statements in one message. Results are dropped. */
  exec(script: string): Promise<void>
  /**
   * Sends every message without waiting for the answers: one round trip for all. Each message is a
   * script of its own; after a failure inside a transaction the rest fail too, until a rollback.
   * `onAnswer` is called as each answer comes in.
   */
  pipeline(messages: readonly string[], onAnswer?: (index: number) => void): Promise<Outcome[]>
  /** Runs `work` in a transaction whose search_path is the schema of `info`. */
  transaction<T>(options: TransactionOptions, work: () => Promise<T>): Promise<T>
  onNotice(listener: (notice: Notice) => void): () => void
  /** Hears what comes on the channels that this session was told to LISTEN to. */
  onNotification(listener: (notification: Notification) => void): () => void
  /** Calls back once when the connection has ended, whoever ended it; at once when it has already. */
  onEnd(listener: () => void): void
  /** Asks the server to cancel the running statement; resolves when the server has taken the request. */
  cancel(): Promise<void>
  close(): Promise<void>
}
