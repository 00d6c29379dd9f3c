import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { osReason } from '../core/os-error.ts'

const LARGEST = 256 * 1024

/** How long a pipe may take, such as `<(vault read ...)`. */
const PIPE_WAIT_MS = 30_000
const PAUSE_MS = 20

/**
 * The text of a file that the user named: who names a file trusts it, so nothing else is checked. It can be a pipe, as in
 * `--database-url-file <(...)`. Throws CONFIG_INVALID; `what` names the file in the message.
 */
export async function readNamedFile(file: string, cwd: string, what: string): Promise<string> {
  try {
    // opening a pipe without this waits for its writer, and no signal ends the wait
    const handle = await open(path.resolve(cwd, file), constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const status = await handle.stat()
      if (status.isDirectory()) throw refuse(what, file, 'it is a folder')
      if (status.size > LARGEST) throw refuse(what, file, `it is larger than ${LARGEST / 1024} KiB`)
      return status.isFile() ? await handle.readFile('utf8') : await readPipe((bytes) => handle.read(bytes), what, file)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw error instanceof SkillsError ? error : refuse(what, file, osReason(error), error)
  }
}

type Read = (into: Uint8Array) => Promise<{ bytesRead: number }>

/** Reads until the end. A pipe that has no writer yet looks as if it had ended: the first byte is waited for. */
async function readPipe(read: Read, what: string, file: string): Promise<string> {
  const deadline = Date.now() + PIPE_WAIT_MS
  const parts: Uint8Array[] = []
  for (let size = 0; size <= LARGEST;) {
    const part = new Uint8Array(8_192)
    const { bytesRead } = await read(part).catch(whenNothingIsThere)
    if (bytesRead === 0 && size > 0) return Buffer.concat(parts).toString('utf8')
    size += Math.max(bytesRead, 0)
    if (bytesRead > 0) parts.push(part.subarray(0, bytesRead))
    else if (Date.now() > deadline) throw refuse(what, file, `nothing was written to this pipe in ${PIPE_WAIT_MS / 1000} s`)
    else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw refuse(what, file, `it is larger than ${LARGEST / 1024} KiB`)
}

function whenNothingIsThere(error: unknown): { bytesRead: number } {
  if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return { bytesRead: -1 }
  throw error
}

function refuse(what: string, file: string, reason: string, cause?: unknown): SkillsError {
  return new SkillsError('CONFIG_INVALID', `${what} ${file} cannot be read: ${reason}`, {
    hint: 'check the path and the permissions of the file',
    ...(cause === undefined ? {} : { cause }),
  })
}
