import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Batch } from './batch.ts'
import { isUuid } from './input-checks.ts'
import type { EncodedEvent } from './usage-event.ts'

/** A batch that was read from a file, and the number of lines that are not events. */
export interface SpilledBatch {
  batch: Batch
  badLines: number
}

/**
 * A folder of batches that wait for the database, each an NDJSON file named after the batch. A file is written under
 * a temporary name, flushed to disk (fsync) and renamed, and the folder is flushed: the file exists whole or not at all, and
 * survives a crash of the machine. Nothing is appended, so any process can write any file to the database and delete it;
 * two processes with the same file write no event twice, because the batch keeps its key.
 */
export class SpillFolder {
  readonly directory: string
  readonly #maxBytes: number

  constructor(directory: string, maxBytes: number) {
    this.directory = path.resolve(directory)
    this.#maxBytes = maxBytes
  }

  /** Writes a batch. Throws the error of the file system, or RangeError when the folder is full. */
  async write(batch: Batch): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
    const text = linesOf(batch)
    if ((await this.#bytes()) + text.length > this.#maxBytes)
      throw new RangeError(`${this.directory} is full (limit ${this.#maxBytes} bytes)`)
    const { temporary, final } = this.#names(batch)
    try {
      await writeFlushed(await open(temporary, 'w', 0o600), text)
      await rename(temporary, final)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    await flushFolder(this.directory)
  }

  /** Like `write`, for a process that is about to end. */
  writeSync(batch: Batch): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    const { temporary, final } = this.#names(batch)
    try {
      const handle = openSync(temporary, 'w', 0o600)
      try {
        const bytes = Buffer.from(linesOf(batch))
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      renameSync(temporary, final)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  /** Names of the files, oldest first. */
  async list(): Promise<string[]> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return names.filter((name) => FILE.test(name)).toSorted()
  }

  /** Reads a file; undefined when another process has deleted it. */
  async read(name: string): Promise<SpilledBatch | undefined> {
    let text: string
    try {
      text = await readFile(path.join(this.directory, name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const lines = text.split('\n').filter((line) => line !== '')
    const events = lines.map(eventOf).filter((event) => event !== undefined)
    return { batch: { key: keyOf(name), events, mayRepeat: true }, badLines: lines.length - events.length }
  }

  /** Deletes a file whose events are in the database. A file with bad lines is kept, as `.bad`. */
  async done(name: string, badLines: number): Promise<void> {
    const file = path.join(this.directory, name)
    if (badLines === 0) await rm(file, { force: true })
    else await rename(file, `${file}.bad`)
  }

  #names({ key }: Batch): { temporary: string; final: string } {
    // 13 digits until the year 2286: the order by name is the order by age
    const final = path.join(this.directory, `${Date.now()}-${key}.ndjson`)
    return { final, temporary: `${final}.${process.pid}.tmp` }
  }

  async #bytes(): Promise<number> {
    const sizes = await Promise.all(
      (await this.list()).map((name) =>
        stat(path.join(this.directory, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }
}

const FILE = /^\d{13}-[0-9a-f-]{36}\.ndjson$/

function keyOf(name: string): string {
  return name.slice(14, 50)
}

function linesOf({ events }: Batch): string {
  return events.map(({ userId, json }) => `{"user_id":"${userId}","event":${json}}\n`).join('')
}

function eventOf(line: string): EncodedEvent | undefined {
  try {
    const parsed = JSON.parse(line) as JsonObject
    const { user_id: userId, event } = parsed
    // an older version wrote events as objects with names
    return isUuid(userId) && (Array.isArray(event) || isJsonObject(event)) ? { userId, json: JSON.stringify(event) } : undefined
  } catch {
    return undefined
  }
}

async function writeFlushed(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** So that the new name survives a crash too. Some platforms cannot. */
async function flushFolder(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // the file itself is on disk
  }
}
