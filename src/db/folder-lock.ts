import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { sha256 } from '../core/digests.ts'
import { SkillsError } from '../core/errors.ts'

/** The process that has a folder open. */
export interface Holder {
  pid: number
  host: string
  /** Start time of the process in clock ticks since boot: distinguishes it from a later process with the same pid. */
  started: string | undefined
}

/**
 * Keeps a second process out of an embedded database: two processes in one folder destroy data without an error. A file
 * next to the folder, created with O_EXCL, names the holder; it is replaced only when that process was on this host and
 * has ended, never by age. On Linux an abstract socket is held too: the kernel releases it with the process, so two
 * processes that find the same stale file cannot both replace it.
 */
export async function lockFolder(directory: string): Promise<() => void> {
  const file = `${path.resolve(directory)}.lock`
  mkdirSync(path.dirname(file), { recursive: true })
  const guard = await holdName(path.resolve(directory), () => busy(directory, file, readHolder(file)))
  try {
    takeFile(directory, file)
  } catch (error) {
    guard?.close()
    throw error
  }
  return () => {
    rmSync(file, { force: true })
    guard?.close()
  }
}

/** Reads the lock of an embedded database without taking it: its holder, and whether that process runs. Undefined without a lock. */
export function lockHolder(directory: string): { holder: Holder | undefined; alive: boolean; file: string } | undefined {
  const file = `${path.resolve(directory)}.lock`
  if (!existsSync(file)) return undefined
  const holder = readHolder(file)
  return { holder, alive: holder === undefined || isAlive(holder), file }
}

function takeFile(directory: string, file: string): void {
  for (;;) {
    try {
      return makeFile(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder === undefined || isAlive(holder)) throw busy(directory, file, holder)
    rmSync(draftOf(file, holder.pid), { force: true })
    // rename, not unlink: of two processes at this point, one fails and tries again
    const stale = draftOf(file, process.pid)
    try {
      renameSync(file, stale)
      rmSync(stale, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** The file appears with its content: a process that is killed in between would leave a lock without a holder. */
function makeFile(file: string): void {
  const draft = draftOf(file, process.pid)
  rmSync(draft, { force: true })
  writeHolder(openSync(draft, 'wx'), draft)
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    // some file systems have no hard links
    writeHolder(openSync(file, 'wx'), file)
  } finally {
    rmSync(draft, { force: true })
  }
}

function draftOf(file: string, pid: number): string {
  return `${file}.${pid}`
}

/** On a full disk the empty file is removed: it would be a lock without a holder. */
function writeHolder(handle: number, file: string): void {
  try {
    writeSync(handle, `${JSON.stringify({ pid: process.pid, host: os.hostname(), started: startTime(process.pid) })}\n`)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== os.hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const started = startTime(holder.pid)
  return started === undefined || holder.started === undefined || started === holder.started
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined where there is no /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function holdName(directory: string, busyError: () => SkillsError): Promise<net.Server | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined)
  const server = net.createServer()
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? reject(busyError()) : resolve(undefined)))
    server.listen(`\0skills-${sha256(directory).slice(0, 32)}`, () => resolve(server))
  })
}

function busy(directory: string, file: string, holder: Holder | undefined): SkillsError {
  const elsewhere = holder !== undefined && holder.host !== os.hostname()
  const who = holder === undefined ? 'another process' : `process ${holder.pid}${elsewhere ? ` on host ${holder.host}` : ''}`
  return new SkillsError('EMBEDDED_BUSY', `the embedded database ${directory} is in use by ${who}`, {
    hint:
      elsewhere || holder === undefined
        ? `if you are sure that the process has ended, delete ${file}`
        : 'wait for it to end, or use another folder with --embedded DIR',
  })
}
