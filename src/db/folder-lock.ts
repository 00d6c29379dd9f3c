import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { sha256 } from '../core/digests.ts'
import { SkillsError } from '../core/errors.ts'

/** Who has a folder open. */
export interface Holder {
  pid: number
  host: string
  /** Start time of the process in clock ticks since boot: tells a process from a later one with its pid. */
  started: string | undefined
}

/**
 * Keeps a second process out of an embedded database: two processes in one folder lose data silently.
 * A file beside the folder, made with O_EXCL, says who holds it; it is taken over only from a process
 * of this host that is dead, never by age. On Linux an abstract socket is held too: the kernel frees it
 * with the process, so two that find the same stale file cannot both take it over.
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

/** Looks at the lock of an embedded database without taking it: who holds it, and whether that process lives. Undefined: nobody. */
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
    // rename, not unlink: of two that got here, one fails and looks again
    const stale = draftOf(file, process.pid)
    try {
      renameSync(file, stale)
      rmSync(stale, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** The file comes with its content: who is killed between the two would leave the lock of somebody unknown. */
function makeFile(file: string): void {
  const draft = draftOf(file, process.pid)
  rmSync(draft, { force: true })
  writeHolder(openSync(draft, 'wx'), draft)
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    // some file systems have no second names
    writeHolder(openSync(file, 'wx'), file)
  } finally {
    rmSync(draft, { force: true })
  }
}

function draftOf(file: string, pid: number): string {
  return `${file}.${pid}`
}

/** On a full disk no empty file may stay: it would look like the lock of somebody unknown. */
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
        ? `if that process is gone for sure, delete ${file}`
        : 'wait for it to end, or use another folder with --embedded DIR',
  })
}
