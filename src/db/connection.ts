import { wrongAnswer } from '../core/common-errors.ts'
import { SkillsError } from '../core/errors.ts'
import { hasColumns, type Columns } from './columns.ts'
import type { Db, DbInfo, Notice, Notification, Parameter, Row, TransactionOptions } from './db.ts'
import type { EarlyAnswers } from './early-statements.ts'
import type { Driver } from './postgresjs.ts'
import type { StoredText } from './stored-text.ts'
import { OWN_SETTINGS, readingSettings, withSchema } from './own-statement.ts'

export interface ConnectionParts {
  driver: Driver
  info: DbInfo
  /** The answers to statements that were sent with the first query. */
  early?: EarlyAnswers
  listeners: Set<(notice: Notice) => void>
  notificationListeners: Set<(notification: Notification) => void>
  cancel: () => Promise<void>
  copyFrom: Db['copyFrom']
  execStored: (text: StoredText) => Promise<unknown>
  limitStatements?: (ms: number | undefined) => void
  /** Called after the connection has ended: stops what was started for it. */
  release: () => Promise<void>
}

/** The `Db` of one driver connection. */
export function createConnection({
  driver,
  info,
  early,
  listeners,
  notificationListeners,
  cancel,
  copyFrom,
  execStored,
  limitStatements = () => undefined,
  release,
}: ConnectionParts): Db {
  let isInTransaction = false
  const unread = new Map(early)
  /** The end of a transaction that has nothing to write: the server has no reason to take long. */
  const end = async (command: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    const timer = setTimeout(() => driver.abandon(`no answer to ${command} within ${END_MS / 1000} s`), END_MS)
    await driver.script(command).finally(() => clearTimeout(timer))
  }
  const transaction = async <T>(options: TransactionOptions, work: () => Promise<T>): Promise<T> => {
    await driver.script(beginning(options, info.version))
    let result: T
    try {
      isInTransaction = true
      result = await work()
    } catch (error) {
      // on a lost connection the server rolls back, and another command would hide the cause
      if (!(error instanceof SkillsError && error.code === 'CONNECTION_LOST')) await end('ROLLBACK').catch(() => undefined)
      throw error
    } finally {
      isInTransaction = false
    }
    if (options.rollback === true) await end('ROLLBACK')
    else if (options.readOnly === true) await end('COMMIT')
    else await driver.script('COMMIT')
    return result
  }
  const query = async (sql: string, parameters: readonly Parameter[] = [], columns: Columns = {}): Promise<Row[]> =>
    checked(await driver.query(sql, parameters), columns)
  const checked = (rows: Row[], columns: Columns): Row[] => {
    if (rows.every((row) => hasColumns(row, columns))) return rows
    const error = wrongAnswer()
    driver.abandon(error.message)
    throw error
  }
  const run = async (sql: string, parameters: readonly Parameter[] = [], columns: Columns = {}): Promise<Row[]> => {
    const statement = (): Promise<Row[]> => query(withSchema(sql, info.schema), parameters, columns)
    if (isInTransaction) return statement()
    const sent = unread.get(sql)
    if (sent !== undefined) {
      unread.delete(sql)
      const answer = await sent
      if (answer?.ok === false) throw answer.error
      if (answer !== undefined) return checked(answer.rows, columns)
    }
    // sent together; after an error, COMMIT rolls back
    const [, rows] = await Promise.all([driver.script(`BEGIN; ${readingSettings(info.version)}`), statement(), driver.script('COMMIT')])
    return rows
  }
  let closed: Promise<void> | undefined
  return {
    info,
    run: run as Db['run'],
    query: query as Db['query'],
    exec: async (script) => void (await (typeof script === 'string' ? driver.script(script) : execStored(script))),
    pipeline: (messages, onAnswer) => driver.pipeline(messages, onAnswer),
    copyFrom,
    transaction,
    onNotice: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onNotification: (listener) => {
      notificationListeners.add(listener)
      return () => notificationListeners.delete(listener)
    },
    onEnd: (listener) => driver.onEnd(listener),
    cancel,
    limitStatements,
    abandon: (reason) => driver.abandon(reason),
    close: (options) => (closed ??= driver.end(options).finally(release)),
  }
}

const END_MS = 10_000

/** Settings are SET LOCAL: behind a transaction pooler, others would stay on a connection that another client gets next. */
function beginning(options: TransactionOptions, version: number): string {
  const modes = [
    ...(options.isolation === undefined ? [] : [`ISOLATION LEVEL ${options.isolation.toUpperCase()}`]),
    ...(options.readOnly === true ? ['READ ONLY'] : []),
  ]
  return `BEGIN ${modes.join(' ')}; ${options.readOnly === true ? readingSettings(version) : OWN_SETTINGS}`
}
