import { readdirSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { EXCLUDED_NAMES } from './skill/skill-files.ts'

export interface FolderWatch {
  /** Looks for folders to watch again, such as folders that were removed and created again. */
  refresh(): void
  close(): void
}

export interface WatchOptions {
  /** Absolute folders, or patterns for them. A missing folder is watched from the next `refresh` on after it is created. */
  roots: readonly string[]
  /** Called when something below a root may have changed, often several times for one change. */
  onChange: () => void
  /** Called when the system cannot watch more folders; from then on, `onChange` is called every `POLL_MS`. */
  onPolling: (reason: string) => void
}

/** Milliseconds between calls of `onChange` when folders cannot be watched. */
export const POLL_MS = 2000

/** Folders without files of skills; `.skills` contains the embedded database and the cache. */
const UNWATCHED: ReadonlySet<string> = new Set([...EXCLUDED_NAMES, '.skills'])

/**
 * Watches folders and everything below them. On Linux it watches each folder separately: Node's recursive watch on Linux
 * watches every file, and loses files that editors replace by renaming. Does not follow symbolic links.
 */
export function watchFolders({ roots, onChange, onPolling }: WatchOptions): FolderWatch {
  const watchers = new Map<string, FSWatcher>()
  const isRecursive = process.platform !== 'linux'
  let polling: NodeJS.Timeout | undefined

  const drop = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const add = (folder: string): void => {
    const entries = list(folder)
    if (entries === undefined) return drop(folder)
    if (!watchers.has(folder)) start(folder)
    if (isRecursive) return undefined
    for (const entry of entries) if (entry.isDirectory() && !UNWATCHED.has(entry.name)) add(path.join(folder, entry.name))
    return undefined
  }
  const start = (folder: string): void => {
    try {
      const watcher = watch(folder, { recursive: isRecursive, persistent: true }, (event, name) => {
        if (name !== null && name.split(path.sep).some((part) => UNWATCHED.has(part))) return
        // a folder may have been created or removed
        if (event === 'rename' && !isRecursive) {
          for (const known of watchers.keys()) if (isUnder(known, folder) && list(known) === undefined) drop(known)
          add(folder)
        }
        onChange()
      })
      watcher.on('error', () => {
        drop(folder)
        onChange()
      })
      watchers.set(folder, watcher)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // already removed; the watch of the parent folder reports that
      if (code === 'ENOENT') return
      if (polling === undefined) onPolling(REASONS[code ?? ''] ?? (error as Error).message)
      polling ??= setInterval(onChange, POLL_MS)
    }
  }
  const refresh = (): void => {
    for (const root of roots) add(fixedPart(root))
  }
  refresh()
  return {
    refresh,
    close: () => {
      clearInterval(polling)
      for (const folder of watchers.keys()) drop(folder)
    },
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the limit of watches is reached (fs.inotify.max_user_watches)',
  EMFILE: 'the limit of watches is reached (fs.inotify.max_user_instances)',
}

function list(folder: string): ReturnType<typeof entriesOf> | undefined {
  try {
    return entriesOf(folder)
  } catch {
    return undefined
  }
}

function entriesOf(folder: string): { name: string; isDirectory: () => boolean }[] {
  return readdirSync(folder, { withFileTypes: true })
}

function isUnder(folder: string, above: string): boolean {
  return folder === above || folder.startsWith(above + path.sep)
}

/** The folder with which a pattern begins; a folder unchanged. */
function fixedPart(root: string): string {
  if (list(root) !== undefined) return root
  const parts = root.split(path.sep)
  const first = parts.findIndex((part) => /[*?[\]{}()!]/.test(part))
  return first === -1 ? root : parts.slice(0, first).join(path.sep) || path.sep
}
