import type { FSWatcher } from 'node:fs'
import { readdirSync, watch } from 'node:fs'
import path from 'node:path'
import { LEFT_OUT } from './skill/skill-files.ts'

export interface FolderWatch {
  /** Looks again for folders to watch: for those that came back after they were gone. */
  refresh(): void
  close(): void
}

export interface WatchOptions {
  /** Absolute folders, or patterns for them. One that is not there yet is waited for, see `refresh`. */
  roots: readonly string[]
  /** Something below a root may have changed; called for every event, often several times for one change. */
  onChange: () => void
  /** The system refuses to watch any more folders; from now on `onChange` is called every `POLL_MS`. */
  onPolling: (reason: string) => void
}

/** How often to look when the system cannot tell. */
export const POLL_MS = 2000

/** Nothing in there belongs to a skill; `.skills` holds our own database and cache. */
const UNWATCHED: ReadonlySet<string> = new Set([...LEFT_OUT, '.skills'])

/**
 * Watches folders and all below them. On Linux each folder is watched by itself: Node's recursive watching there watches
 * every file, and loses those that editors replace by renaming. Symbolic links are not followed.
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
        // a folder may have come or gone
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
      // gone again, which the watch of the folder above tells
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
  ENOSPC: 'the system allows no more watches (fs.inotify.max_user_watches)',
  EMFILE: 'the system allows no more watches (fs.inotify.max_user_instances)',
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

/** The folder that a pattern begins with; a folder as it is. */
function fixedPart(root: string): string {
  if (list(root) !== undefined) return root
  const parts = root.split(path.sep)
  const first = parts.findIndex((part) => /[*?[\]{}()!]/.test(part))
  return first === -1 ? root : parts.slice(0, first).join(path.sep) || path.sep
}
