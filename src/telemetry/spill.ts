import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { hasOsCode } from '../core/os-error.ts'
import { createFileAsync } from '../files/draft.ts'
import { checkOwnFolder, makeOwnFolder, removeOldDrafts } from '../files/own-folder.ts'
import { readHead, readRegularFileAsync } from '../files/regular-file.ts'
import { createHere, deleteFile } from '../files/write-file.ts'
import type { Batch } from './batch.ts'
import { isUuid } from './input-checks.ts'
import { isOwnerLine, ownerLine, ownerOfLine, type SpillOwner } from './spill-owner.ts'
import type { EncodedEvent } from './usage-event.ts'

/** A batch that was read from a file, and the lines that are not events. */
export interface SpilledBatch {
  batch: Batch
  badLines: string[]
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

  /** Writes a batch and returns the name of its file. Throws the error of the file system, or RangeError when the folder is full. */
  async write(batch: Batch): Promise<string> {
    const file = this.#room(batch)
    await createFileAsync(file, this.#piecesOf(batch), FILE_MODE)
    return path.basename(file)
  }

  /** Like `write`, for a process that is about to end, or has no memory left. */
  writeSync(batch: Batch): void {
    createHere(this.#room(batch), this.#piecesOf(batch), FILE_MODE)
  }

  /** Deletes the drafts of processes that were killed while they wrote: their events were never complete. */
  removeLeftovers(): void {
    checkOwnFolder(this.directory)
    try {
      removeOldDrafts(this.directory, Date.now() - LEFTOVER_MS)
    } catch (error) {
      if (!hasOsCode(error, 'ENOENT')) throw error
    }
  }

  /** Names of the files, oldest first. Throws a FileFault for a folder that is a link or belongs to another user. */
  list(): string[] {
    checkOwnFolder(this.directory)
    try {
      return readdirSync(this.directory, { withFileTypes: true })
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
      text = (await readRegularFileAsync(path.join(this.directory, name), LARGEST_SPILL_FILE)).toString('utf8')
    } catch (error) {
      if (hasOsCode(error, 'ENOENT')) return undefined
      throw error
    }
    const events: EncodedEvent[] = []
    const badLines: string[] = []
    for (const line of text.split('\n')) {
      if (line === '') continue
      const event = readLine(line)
      if (event === 'bad') badLines.push(line)
      else if (event !== 'owner') events.push(event)
    }
    return { batch: { key: keyOf(name), events, mayRepeat: true }, badLines }
  }

  /** Deletes a file whose events are in the database. Its bad lines are kept in a file with the same name and `.bad`. */
  done(name: string, badLines: readonly string[]): void {
    const file = path.join(this.directory, name)
    if (badLines.length > 0) {
      deleteFile(`${file}.bad`)
      createHere(`${file}.bad`, `${badLines.join('\n')}\n`, FILE_MODE)
    }
    deleteFile(file)
  }

  /** The path for a batch, in a folder that exists. Throws RangeError when the folder has no room for it. */
  #room({ key, events }: Batch): string {
    makeOwnFolder(this.directory, FOLDER_MODE)
    const bytes = events.reduce((sum, { json }) => sum + Buffer.byteLength(json) + LINE_BYTES, 0)
    const { maxBytes } = this.#options
    if (this.#bytes() + bytes > maxBytes) throw new RangeError(`${this.directory} is full (limit ${maxBytes} bytes)`)
    // 13 digits until the year 2286, also with a clock that starts in 1970: the order by name is the order by age
    return path.join(this.directory, `${String(Date.now()).padStart(13, '0')}-${key}.ndjson`)
  }

  /** In pieces: the whole text would need as much memory again as the events. */
  *#piecesOf({ events }: Batch): Iterable<string> {
    yield ownerLine(this.#options.owner())
    for (let from = 0; from < events.length; from += PIECE)
      yield events
        .slice(from, from + PIECE)
        .map(({ userId, json }) => `{"user_id":"${userId}","event":${json}}\n`)
        .join('')
  }

  #bytes(): number {
    const sizes = this.list().map((name) => statSync(path.join(this.directory, name), { throwIfNoEntry: false })?.size ?? 0)
    return sizes.reduce((sum, size) => sum + size, 0)
  }
}

const LEFTOVER_MS = 3_600_000
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const LONGEST_OWNER = 16 * 1024
/** Of the events that wait for the disk at once, in UTF-8. */
export const LARGEST_SPILL_FILE = 256 * 1024 * 1024

/** Events in one piece of a file. */
const PIECE = 1_000
/** Of a line besides the event. */
const LINE_BYTES = '{"user_id":"9f1c1d3e-0000-4000-8000-000000000001","event":}\n'.length

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
