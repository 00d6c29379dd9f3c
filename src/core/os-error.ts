import { SkillsError } from './errors.ts'

/** An error of the operating system: Node gives it the code of the error, the call that failed, and often the path. */
export interface OsError extends Error {
  code: string
  syscall: string
  path?: string
  /** The second path of `rename`, `link` and `copyfile`. */
  dest?: string
  address?: string
  port?: number
}

export function isOsError(error: unknown): error is OsError {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as Partial<OsError>
  return typeof code === 'string' && typeof syscall === 'string'
}

/** Whether it is this error of the operating system, such as `ENOENT`. */
export function hasOsCode(error: unknown, ...codes: readonly string[]): boolean {
  return isOsError(error) && codes.includes(codeOf(error))
}

/** Something that is refused although the operating system allows it. It is reported as an error of the operating system. */
export class FileFault extends Error implements OsError {
  readonly code: 'NOT_REGULAR' | 'TOO_LARGE' | 'LEADS_OUT' | 'NOT_OURS'
  readonly syscall: 'open' | 'write'
  readonly path: string

  constructor(code: FileFault['code'], path: string, reason: string, syscall: FileFault['syscall'] = 'open') {
    super(reason)
    this.name = 'FileFault'
    this.code = code
    this.path = path
    this.syscall = syscall
  }
}

/** Why an operation failed, in words: `permission denied`. For any other value, its message. */
export function osReason(error: unknown): string {
  if (!isOsError(error)) return error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code === 'ENOENT' && error.path?.includes(NOT_UTF8) === true) return 'its name is not UTF-8'
  // of a folder with those above it: one of them is a file
  if (code === 'EEXIST' && error.syscall === 'mkdir') return CODES['ENOTDIR']?.[0] ?? ''
  return CODES[code]?.[0] ?? (error instanceof FileFault ? error.message : withoutCall(error))
}

/** What to do about it. */
export function osHint(error: OsError): string {
  return CODES[codeOf(error)]?.[1] ?? HINTS[codeOf(error)] ?? 'check the path, its permissions and the free space'
}

/** The error in the form that people read: operation, path, reason and what to do. Undefined for what is not an error of the operating system. */
export function systemError(error: unknown): SkillsError | undefined {
  if (isNulInPath(error))
    return new SkillsError('SYSTEM_ERROR', 'a path contains the character NUL', { hint: 'correct the path', cause: error })
  const one = error instanceof AggregateError ? (error.errors as unknown[]).find(isOsError) : error
  if (!isOsError(one)) return undefined
  const ofSocket = SOCKET_CALLS.has(one.syscall) ? 'DATABASE_UNREACHABLE' : SOCKET_CODES.has(one.code) ? 'CONNECTION_LOST' : undefined
  if (ofSocket !== undefined)
    return new SkillsError(ofSocket, socketMessage(one), { hint: 'check host and port, and the network', cause: error })
  const [message, hint = osHint(one)] = SPECIAL[one.syscall] ?? [`cannot ${operation(one)}: ${osReason(one)}`]
  return new SkillsError('SYSTEM_ERROR', message, { hint, cause: error })
}

/** Node decodes a name that is not UTF-8 with U+FFFD, and then does not find it. */
const NOT_UTF8 = '\ufffd'

/** Reason and remedy by the code of the error. */
const CODES: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['permission denied', 'check the permissions of the path and of the folders above it'],
  EPERM: ['permission denied', 'check the owner and the permissions of the path'],
  ENOENT: ['it does not exist', 'check the path; a symbolic link can point to a file that does not exist'],
  ENOTDIR: ['a part of the path is not a folder', 'check the path'],
  EISDIR: ['it is a folder', 'name a file'],
  EEXIST: ['it already exists', 'name another one, or move the existing one away'],
  ENOTEMPTY: ['the folder is not empty', 'name another folder'],
  ELOOP: ['its symbolic links do not end at a file', 'correct the symbolic link'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter name'],
  ENOSPC: ['no space left on the disk', 'free some space, and run the command again'],
  EDQUOT: ['the disk quota is used up', 'free some space, and run the command again'],
  EFBIG: ['the file is larger than the system allows', 'raise the limit of the size of files (ulimit -f)'],
  EROFS: ['the file system is read-only', 'use a path on a file system that can be written'],
  EMFILE: ['too many open files', 'raise the limit of open files, for example: ulimit -n 4096'],
  ENFILE: ['too many open files on this machine', 'close other programs, and run the command again'],
  EIO: ['input/output error', 'check the disk'],
  EBUSY: ['it is in use', 'wait for the program that uses it, and run the command again'],
  ETXTBSY: ['it is in use', 'wait for the program that uses it, and run the command again'],
  EXDEV: ['the two paths are on different file systems', 'use paths on one file system'],
  ENOMEM: ['not enough memory', 'close other programs, or raise the limit of memory'],
  ENXIO: ['it is a device or socket without a partner', 'name a regular file'],
  EPIPE: ['the reader has closed it', 'check the program that reads it'],
}

/** Remedies of `FileFault`, which has its reason. */
const HINTS: Readonly<Record<string, string>> = {
  NOT_REGULAR: 'name a regular file',
  TOO_LARGE: 'use a smaller file',
  LEADS_OUT: 'name the target itself, or replace the symbolic link',
  NOT_OURS: 'move it away, or name another path',
}

/** What the command did, by the system call; the path follows. */
const OPERATIONS: Readonly<Record<string, string>> = {
  open: 'open',
  read: 'read',
  write: 'write',
  writev: 'write',
  fsync: 'write',
  fdatasync: 'write',
  ftruncate: 'write',
  close: 'write',
  scandir: 'list the folder',
  opendir: 'list the folder',
  mkdir: 'create the folder',
  mkdtemp: 'create the folder',
  rename: 'rename',
  link: 'create',
  symlink: 'create',
  copyfile: 'copy',
  unlink: 'delete',
  rmdir: 'delete the folder',
  chmod: 'set the permissions of',
  fchmod: 'set the permissions of',
  chown: 'set the owner of',
  fchown: 'set the owner of',
  watch: 'watch',
  spawn: 'run',
}

/** Calls that are not about a path: message, and what to do. */
const SPECIAL: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  uv_cwd: ['the working directory does not exist any more', 'change to an existing folder (cd), and run the command again'],
  uv_os_get_passwd: ['this user has no entry in the list of users', 'name the database user: in the URL, or with PGUSER'],
  uv_os_homedir: ['this user has no home folder', 'set HOME to a folder'],
}

function operation({ syscall, path, dest }: OsError): string {
  const target = `${path ?? 'a file'}${dest === undefined ? '' : ` to ${dest}`}`
  return `${OPERATIONS[syscall] ?? 'use'} ${target}`
}

/** `os.userInfo` and its like have the code inside. */
function codeOf(error: OsError): string {
  const { info } = error as { info?: { code?: unknown } }
  return error.code === 'ERR_SYSTEM_ERROR' && typeof info?.code === 'string' ? info.code : error.code
}

/** Node's message without the call and the path: `EXDEV: cross-device link not permitted`. */
function withoutCall({ message, syscall }: OsError): string {
  const end = message.indexOf(`, ${syscall}`)
  return end === -1 ? message : message.slice(0, end)
}

const SOCKET_CALLS: ReadonlySet<string> = new Set(['connect', 'getaddrinfo', 'bind', 'listen', 'shutdown'])
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
])

function socketMessage(error: OsError): string {
  const { address, port } = error
  return `the connection${address === undefined ? '' : ` to ${address}${port === undefined ? '' : `:${port}`}`} failed: ${withoutCall(error)}`
}

function isNulInPath(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_INVALID_ARG_VALUE' && error.message.includes('null bytes')
}
