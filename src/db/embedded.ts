import { existsSync, readdirSync, statfsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { SkillsError, reasonOf } from '../core/errors.ts'
import { FileFault, isOsError, osHint, osReason } from '../core/os-error.ts'
import { makeOwnFolder, refuseLinksIn } from '../files/own-folder.ts'
import { describeTarget, type EmbeddedTarget } from '../core/target.ts'
import { copyFromBlob, type BlobEngine } from './copy-from-blob.ts'
import type { Db, DbInfo, Notice, Notification, OpenOptions } from './db.ts'
import { lockFolder } from './folder-lock.ts'
import { greet } from './greeting.ts'
import { SocketError } from './network-socket.ts'
import { PgliteSocket, type ProtocolEngine } from './pglite-socket.ts'
import { createDriver } from './postgresjs.ts'
import { createConnection } from './connection.ts'
import { abandonFolder, beginFolder, emptyFolder, finishFolder, isInUse, isOurs, unfinished } from './unfinished-folder.ts'
import { hasLostVersion, restoreVersion } from './lost-version.ts'

/** Opens the embedded database (PGlite, PostgreSQL in this process), created on first use. One process at a time. */
export async function openEmbedded(wanted: EmbeddedTarget, { schema, create = true }: Pick<OpenOptions, 'schema' | 'create'>): Promise<Db> {
  const absent = !create && wanted.directory !== 'memory' && !isInUse(wanted.directory)
  const target = absent ? { ...wanted, directory: 'memory' } : wanted
  const unlock = target.directory === 'memory' ? () => undefined : await lock(target.directory)
  let engine: Engine | undefined
  try {
    engine = await start(target)
    const listeners = new Set<(notice: Notice) => void>()
    const notificationListeners = new Set<(notification: Notification) => void>()
    const socket = new PgliteSocket(engine)
    const driver = createDriver({
      connect: () => Promise.resolve(socket),
      onNotice: (notice) => listeners.forEach((listener) => listener(notice)),
      onNotification: (notification) => notificationListeners.forEach((listener) => listener(notification)),
    })
    const info: DbInfo = { ...(await greet(driver, 'embedded', describeTarget(wanted), schema)), ...(absent ? { absent } : {}) }
    const running = engine
    return createConnection({
      driver,
      info,
      listeners,
      notificationListeners,
      // one thread: nothing can interrupt a running statement
      cancel: () => Promise.resolve(),
      copyFrom: (copy) => copyFromBlob(running, copy, (notice) => listeners.forEach((listener) => listener(notice))),
      execStored: (text) => driver.script(Buffer.concat([...text.pieces()]).toString('utf8')),
      release: () => running.close().finally(unlock),
    })
  } catch (error) {
    await engine?.close().catch(() => undefined)
    unlock()
    throw error instanceof SocketError ? broken(target.directory, MOVE_AWAY, error) : error
  }
}

interface Engine extends ProtocolEngine, BlobEngine {
  close(): Promise<void>
}

async function lock(directory: string): Promise<() => void> {
  try {
    makeOwnFolder(directory)
    return await lockFolder(directory)
  } catch (error) {
    throw error instanceof SkillsError ? error : broken(directory, 'check the path, its permissions and the free disk space', error)
  }
}

async function start({ directory, archive }: EmbeddedTarget): Promise<Engine> {
  const { PGlite } = await import('@electric-sql/pglite')
  const unpacked = async (): Promise<object> => (archive === undefined ? {} : { loadDataDir: new Blob([await readFile(archive)]) })
  let [existed, hasBegun] = [false, false]
  try {
    if (directory === 'memory') return await PGlite.create('memory://', await unpacked())
    const kept = await clearUnfinished(directory)
    existed = kept !== undefined || readdirSync(directory).length > 0
    // PGlite would create a new database over existing files
    if (existed && hasLostVersion(directory))
      throw broken(directory, restoreVersion(directory), new Error('its file PG_VERSION is missing'))
    if (existed && !existsSync(path.join(directory, 'PG_VERSION')))
      throw new Error('the folder is not empty, and does not contain a database')
    // the engine follows links
    if (existed) refuseLinksIn(directory)
    else {
      beginFolder(directory)
      hasBegun = true
    }
    const engine = kept ?? (await PGlite.create(directory, existed ? {} : await unpacked()))
    finishFolder(directory)
    return engine
  } catch (error) {
    if (hasBegun) abandonFolder(directory)
    if (error instanceof SkillsError) throw error
    const hint = existed ? MOVE_AWAY : 'check the free disk space and the permissions of the folder'
    throw broken(directory, hint, error)
  }
}

/**
 * A process that was killed while it created the database leaves an incomplete one without user data: it is removed. If
 * it could be a complete one that was put there later, it is opened, and kept if it contains any object.
 */
async function clearUnfinished(directory: string): Promise<Engine | undefined> {
  const state = unfinished(directory)
  if (state === undefined) return undefined
  const { PGlite } = await import('@electric-sql/pglite')
  const engine = state === 'whole' ? await PGlite.create(directory).catch(() => undefined) : undefined
  const answer = await engine?.query<{ used: boolean }>(USED).catch(() => undefined)
  if (engine !== undefined && answer?.rows[0]?.used === true) return engine
  // an archive that was not unpacked to the end can open, and fail later
  await engine?.close().catch(() => undefined)
  // it can be a database of another version: opening it reports what is wrong
  if (answer === undefined && !isOurs(directory)) return undefined
  emptyFolder(directory)
  return undefined
}

/** Whether the database contains an object of a user: the objects of initdb have lower OIDs. */
const USED = `SELECT ${['pg_class', 'pg_namespace', 'pg_proc', 'pg_type', 'pg_authid', 'pg_database']
  .map((catalog) => `EXISTS (SELECT FROM pg_catalog.${catalog} WHERE oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid)`)
  .join(' OR ')} AS used`

const MOVE_AWAY = 'name another folder with --embedded DIR, or move this one away and run again'

function broken(directory: string, hint: string, cause: unknown): SkillsError {
  const message = `cannot open the embedded database ${directory}`
  const where = cause instanceof FileFault ? `${cause.path}: ` : ''
  if (isOsError(cause)) return new SkillsError('SYSTEM_ERROR', `${message}: ${where}${osReason(cause)}`, { hint: osHint(cause), cause })
  if ((cause instanceof SocketError || GIVES_NO_REASON.test(reasonOf(cause))) && isDiskFull(directory))
    return new SkillsError('SYSTEM_ERROR', `${message}: the disk is full, or less than 16 MiB are free`, {
      hint: 'free some space, and run the command again',
      cause,
    })
  return new SkillsError('EMBEDDED_BROKEN', `${message}: ${openFailure(cause)}`, { hint, cause })
}

/** The messages of PGlite for files that it cannot use, and for a full disk. */
const GIVES_NO_REASON = /^Aborted\(|failed to initialize/

/** Recovery can need a file of 16 MiB for the write-ahead log. */
function isDiskFull(directory: string): boolean {
  if (!existsSync(directory)) return false
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize < 2 ** 24
}

function openFailure(error: unknown): string {
  const message = reasonOf(error)
  if (GIVES_NO_REASON.test(message)) return 'its files are damaged, or belong to another version'
  // other messages can contain 7 KB of source text: the first line is enough
  return message.split('\n')[0]?.slice(0, 200) ?? ''
}
