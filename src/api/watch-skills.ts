import { resolveRoots } from '../registry/reading/roots.ts'
import type { FolderWatch } from '../registry/watch-folders.ts'
import { watchFolders } from '../registry/watch-folders.ts'

export interface WatchSkillsOptions {
  /** Folders of skills, or patterns for them. */
  skills: readonly string[]
  cwd: string
  /** Called for every event, often several times for one change. */
  onChange: () => void
  /** Called when the system cannot watch more folders: `onChange` is called every two seconds from then on. */
  onPolling: (reason: string) => void
}

/** Watches the files of skills. Close the watch when it is no longer needed. */
export async function watchSkills({ skills, cwd, ...events }: WatchSkillsOptions): Promise<FolderWatch> {
  const roots = await resolveRoots({ roots: skills, cwd })
  return watchFolders({ roots: roots.map((root) => root.path), ...events })
}
