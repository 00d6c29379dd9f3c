import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { hasOsCode } from '../core/os-error.ts'
import { createFileAsync } from '../files/draft.ts'
import { checkOwnFolder, makeOwnFolder } from '../files/own-folder.ts'
import { readHead, readRegularFileAsync } from '../files/regular-file.ts'
import { createHere, deleteFile, moveFile } from '../files/write-file.ts'
import type { Batch } from './batch.ts'
import { isUuid } from './input-checks.ts'
import { isOwnerLine, ownerLine, ownerOfLine, type SpillOwner } from './spill-owner.ts'
import type { EncodedEvent } from './usage-event.ts'

/** A batch that was read from a file, and the number of lines that are not events. */
export interface SpilledBatch {
  batch: Batch
  badLines: number
}

export interface SpillFolderOptions {
  directory: string
  maxBytes: number
  /** The database of the events that this process writes, as far as it is known. */
  owner: () => SpillOwner
}

/**
 * A folder of batches that wait for the database, each an NDJSON file named after the batch; its first line is the owner. A
 * file is written whole or not at all, flushed to disk (fsync) with its name, and survives a crash of the machine. Nothing is
 * appended, so any process with the same database can write any file to it and delete it; two processes with the same file
 * write no event twice, because the batch keeps its key.
 */
export class SpillFolder {
  readonly directory: string
  readonly #options: SpillFolderOptions

  constructor(options: SpillFolderOptions) {
    this.directory = path.resolve(options.directory)
    this.#options = options
  }

  /** Writes a batch. Throws the error of the file system, or RangeError when the folder is full. */
  async write(batch: Batch): Promise<void> {
    makeOwnFolder(this.directory, FOLDER_MODE)
    const text = this.#textOf(batch)
    const { maxBytes } = this.#options
    if ((await this.#bytes()) + text.length > maxBytes) throw new RangeError(`${this.directory} is full (limit ${maxBytes} bytes)`)
    await createFileAsync(this.#fileOf(batch), text, FILE_MODE)
  }

  /** Like `write`, for a process that is about to end. */
  writeSync(batch: Batch): void {
    makeOwnFolder(this.directory, FOLDER_MODE)
    createHere(this.#fileOf(batch), this.#textOf(batch), FILE_MODE)
  }

  /** Names of the files, oldest first. Throws a FileFault for a folder that is a link or belongs to another user. */
  async list(): Promise<string[]> {
    checkOwnFolder(this.directory)
    try {
      const entries = await readdir(this.directory, { withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile() && FILE.test(entry.name))
        .map(({ name }) => name)
        .toSorted()
    } catch (error) {
      if (hasOsCode(error, 'ENOENT')) return []
      throw error
    }
  }

  /** The database whose events a file has; undefined when it does not say, or when another process has deleted it. */
  ownerOf(name: string): SpillOwner | undefined {
    try {
      const { bytes } = readHead(path.join(this.directory, name), LONGEST_OWNER)
      return ownerOfLine(Buffer.from(bytes).toString('utf8').split('\n', 1)[0] ?? '')
    } catch (error) {
      if (hasOsCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  /** Reads a file; undefined when another process has deleted it. */
  async read(name: string): Promise<SpilledBatch | undefined> {
    let text: string
    try {
      text = (await readRegularFileAsync(path.join(this.directory, name), LARGEST)).toString('utf8')
    } catch (error) {
      if (hasOsCode(error, 'ENOENT')) return undefined
      throw error
    }
    const lines = text.split('\n').filter((line) => line !== '')
    const read = lines.map(readLine)
    const events = read.filter((event) => typeof event === 'object')
    return { batch: { key: keyOf(name), events, mayRepeat: true }, badLines: read.filter((event) => event === 'bad').length }
  }

  /** Deletes a file whose events are in the database. A file with bad lines is kept, as `.bad`. */
  done(name: string, badLines: number): void {
    const file = path.join(this.directory, name)
    if (badLines === 0) deleteFile(file)
    else moveFile(file, `${file}.bad`)
  }

  #textOf({ events }: Batch): string {
    return ownerLine(this.#options.owner()) + events.map(({ userId, json }) => `{"user_id":"${userId}","event":${json}}\n`).join('')
  }

  #fileOf({ key }: Batch): string {
    // 13 digits until the year 2286: the order by name is the order by age
    return path.join(this.directory, `${Date.now()}-${key}.ndjson`)
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

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const LONGEST_OWNER = 16 * 1024
/** Of one batch in memory (64 Mi characters), in UTF-8. */
const LARGEST = 256 * 1024 * 1024

const FILE = /^\d{13}-[0-9a-f-]{36}\.ndjson$/

function keyOf(name: string): string {
  return name.slice(14, 50)
}

function readLine(line: string): EncodedEvent | 'owner' | 'bad' {
  try {
    const parsed = JSON.parse(line) as JsonObject
    return isOwnerLine(parsed) ? 'owner' : (spilledEvent(parsed) ?? 'bad')
  } catch {
    return 'bad'
  }
}

/** The event of a line of a spill file. */
export function spilledEvent({ user_id: userId, event }: JsonObject): EncodedEvent | undefined {
  // an older version wrote events as objects with names
  return isUuid(userId) && (Array.isArray(event) || isJsonObject(event)) ? { userId, json: JSON.stringify(event) } : undefined
}
