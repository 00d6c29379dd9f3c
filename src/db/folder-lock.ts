import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { sha256 } from '../core/digests.ts'
import { SkillsError } from '../core/errors.ts'
import { hasOsCode } from '../core/os-error.ts'
import { checkOwnFile, removeOldDrafts } from '../files/own-folder.ts'
import { readHead } from '../files/regular-file.ts'
import { createHere, deleteFile, moveFile } from '../files/write-file.ts'

/** The process that has a folder open. */
export interface Holder {
  pid: number
  host: string
  /** Start time of the process in clock ticks since boot: distinguishes it from a later process with the same pid. */
  started: string | undefined
}

/**
 * The folder above must exist. Keeps a second process out of an embedded database: two processes in one folder destroy data without an error. A file
 * next to the folder, created with O_EXCL, names the holder; it is replaced only when that process was on this host and
 * has ended, never by age. On Linux an abstract socket is held too: the kernel releases it with the process, so two
 * processes that find the same stale file cannot both replace it.
 */
export async function lockFolder(directory: string): Promise<() => void> {
  const file = `${path.resolve(directory)}.lock`
  removeOldDrafts(path.dirname(file), Date.now() - LEFTOVER_MS)
  const guard = await holdName(path.resolve(directory), () => busy(directory, file, readHolder(file)))
  try {
    takeFile(directory, file)
  } catch (error) {
    guard?.close()
    throw error
  }
  return () => {
    deleteFile(file)
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
      // the file appears with its content: a killed process leaves no lock without a holder
      return createHere(file, `${JSON.stringify({ pid: process.pid, host: os.hostname(), started: startTime(process.pid) })}\n`)
    } catch (error) {
      if (!hasOsCode(error, 'EEXIST')) throw error
    }
    checkOwnFile(file)
    const holder = readHolder(file)
    if (holder === undefined || isAlive(holder)) throw busy(directory, file, holder)
    // rename, not unlink: of two processes at this point, one fails and tries again
    const stale = `${file}.${process.pid}`
    try {
      moveFile(file, stale)
      deleteFile(stale)
    } catch (error) {
      if (!hasOsCode(error, 'ENOENT')) throw error
    }
  }
}

const MAX_BYTES = 4096
/** A draft of the lock is written in a moment. */
const LEFTOVER_MS = 3_600_000

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(Buffer.from(readHead(file, MAX_BYTES).bytes).toString('utf8')) as Holder
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
