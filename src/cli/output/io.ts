import { fstatSync } from 'node:fs'
import { hasOsCode, osHint, osReason, isOsError } from '../../core/os-error.ts'
import { redact } from '../../core/redaction.ts'
import { hasCommands, withoutCommands } from './ci-log.ts'
import { writeAll } from '../../files/descriptors.ts'

/** The only access to the streams of the process. It removes secrets from all output. */
export interface Io {
  /** The result: stdout. */
  out(text: string): void
  /** The result as one document without secrets (see `withoutSecrets`), or its parts, which end with a line: stdout. */
  document(content: string | Iterable<string>): void
  /** Messages: stderr. */
  err(text: string): void
  /** Workflow commands of the reporter `github`. All other output is made free of commands in the log of a CI system. */
  commands(text: string, to: 'stdout' | 'stderr'): void
  /** Columns of the terminal of stdout; Infinity without a terminal. */
  width: number
  outColors: boolean
  errColors: boolean
  /** The locale supports text beyond ASCII. */
  unicode: boolean
  /** stderr is a terminal that can show progress. */
  interactive: boolean
  /** The terminal of stdout, for a command that draws on it; undefined without a terminal. */
  terminal: Terminal | undefined
  /** The reader of stdout is gone, as after `| head`. */
  readonly outIsClosed: boolean
  /** Asks on the terminal; undefined without a terminal. */
  ask(question: string): Promise<string | undefined>
  /** The data of stdin; undefined when stdin is a terminal. */
  input(): AsyncIterable<Uint8Array | string> | undefined
}

export interface Terminal {
  readonly columns: number
  readonly rows: number
  /** Writes text with control sequences, without secrets. */
  write(text: string): void
  onResize(listener: () => void): () => void
}

export interface LookFlags {
  /** `--color` is true, `--no-color` false. */
  color?: boolean | undefined
  ascii?: boolean | undefined
}

/** Reads the state of the streams of this process. */
export function createIo(flags: LookFlags, env: Readonly<Record<string, string | undefined>>): Io {
  // the stream does not remember that it failed
  let outIsClosed = false
  const harmless = hasCommands(env) ? withoutCommands : (text: string): string => text
  process.stdout.once('error', () => (outIsClosed = true))
  return {
    out: (text) => write(process.stdout, `${harmless(redact(text))}\n`),
    document: (content) => {
      for (const part of typeof content === 'string' ? [`${content}\n`] : content) write(process.stdout, harmless(part))
    },
    err: (text) => write(process.stderr, `${harmless(redact(text))}\n`),
    commands: (text, to) => write(process[to], `${redact(text)}\n`),
    terminal: process.stdout.isTTY && process.stdout.columns > 0 && env['TERM'] !== 'dumb' ? TERMINAL : undefined,
    get outIsClosed() {
      return outIsClosed
    },
    ask: askPerson,
    input: () => (process.stdin.isTTY ? undefined : process.stdin),
    width: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity,
    outColors: hasColors(flags, env, process.stdout.isTTY),
    errColors: hasColors(flags, env, process.stderr.isTTY),
    unicode: flags.ascii !== true && hasUnicode(env, process.platform),
    // some CI systems and editors have a terminal of 0 columns, where a spinner never ends its line
    interactive: process.stderr.isTTY && process.stderr.columns > 0 && (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb',
  }
}

/** `14:03:59`, local time. */
export function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

const TERMINAL: Terminal = {
  get columns() {
    return process.stdout.columns
  },
  get rows() {
    return process.stdout.rows > 1 ? process.stdout.rows : 24
  },
  write: (text) => write(process.stdout, redact(text)),
  onResize: (listener) => {
    process.stdout.on('resize', listener)
    return () => process.stdout.off('resize', listener)
  },
}

async function askPerson(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

/**
 * Calls back when standard output or standard error cannot be written, because the disk behind it is full. The work
 * continues: a migration must not end in the middle because its messages cannot be printed. A closed pipe (`skills stats
 * | head`) is not an error.
 */
export function watchStreams(onFailure: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    let hasFailed = false
    stream.on('error', (error) => {
      if (!isOsError(error)) throw error
      if (hasFailed || hasOsCode(error, 'EPIPE')) return
      hasFailed = true
      onFailure()
      if (stream === process.stdout)
        write(process.stderr, `error [SYSTEM_ERROR] cannot write to standard output: ${osReason(error)}\n  → ${osHint(error)}\n`)
    })
  }
}

/** For a text that no command prints. */
export function writeOut(text: string): void {
  write(process.stdout, text)
}

type Stream = typeof process.stdout | typeof process.stderr

function write(stream: Stream, text: string): void {
  try {
    // a stream ignores that a full disk takes only a part
    if (isRegularFile(stream)) writeAll(stream.fd, text)
    else stream.write(text)
  } catch (error) {
    // in another bundle of this program there is another copy of this file, but only one stream
    stream.emit('error', error)
  }
}

function isRegularFile({ fd, isTTY }: Stream): boolean {
  // without a file descriptor the stream was replaced, as in tests
  return !isTTY && Number.isInteger(fd) && fstatSync(fd).isFile()
}

/** Option, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether the stream is a terminal (no-color.org, force-color.org). */
function hasColors(flags: LookFlags, env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if (flags.color !== undefined) return flags.color
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return env['TERM'] !== 'dumb' && isTty
}

/**
 * The character locale of POSIX: the first of the three variables that is set, else ASCII. Windows has no such variables,
 * and its terminals support Unicode. The console of Linux supports it, but its fonts lack many block elements.
 */
function hasUnicode(env: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  if (env['TERM'] === 'linux') return false
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '')
  return locale === undefined ? platform === 'win32' : /utf-?8/i.test(locale)
}

/** Whether everything has left the process. */
export function isWritten(): boolean {
  return process.stdout.writableLength + process.stderr.writableLength === 0
}
