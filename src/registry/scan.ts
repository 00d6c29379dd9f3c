import { readdir } from 'node:fs'
import type { Dirent } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../core/diagnostics.ts'
import { finding } from './finding.ts'
import { fileFinding } from './file-finding.ts'

export interface Scanned {
  /** SKILL.md (in any case) at any depth, and meta.json at most one folder down; whatever kind of file they are. Relative to the root, with `/`, in no order. */
  files: string[]
  /** Symbolic links, absolute. */
  links: string[]
  /** Folders that could not be listed, absolute. */
  failures: { path: string; diagnostic: Diagnostic }[]
}

/** Searches a folder with globby. Links are not followed; .git, node_modules and __pycache__ are not entered. */
export async function scan(root: string): Promise<Scanned> {
  const { globby } = await import('globby')
  const scanned: Scanned = { files: [], links: [], failures: [] }
  scanned.files = await globby(['**/[sS][kK][iI][lL][lL].[mM][dD]', '{,*/}meta.json'], {
    cwd: root,
    dot: true,
    followSymbolicLinks: false,
    // a SKILL.md that is a link or a folder is a fault to report, not nothing
    onlyFiles: false,
    expandDirectories: false,
    ignore: ['**/.git/**', '**/node_modules/**', '**/__pycache__/**'],
    fs: { readdir: watchedReaddir(scanned) as typeof readdir },
  })
  return scanned
}

type Callback = (error: NodeJS.ErrnoException | null, entries: Dirent[]) => void

/**
 * globby tells neither about links that it passes by nor, unless it fails as a whole, about folders that it cannot
 * list. Both would silently take skills away (and let a sync disable them), so they are noted as the folders are listed.
 */
function watchedReaddir(scanned: Scanned): (folder: string, options: { withFileTypes: true }, callback: Callback) => void {
  return (folder, options, callback) => {
    readdir(folder, options, (error, entries) => {
      if (error !== null) {
        scanned.failures.push({ path: path.normalize(folder), diagnostic: fileFinding(error, folder) })
        callback(null, [])
        return
      }
      for (const entry of entries) {
        if (entry.isSymbolicLink()) scanned.links.push(path.join(folder, entry.name))
        if (isUnfit(entry)) {
          const at = path.join(folder, entry.name)
          scanned.failures.push({
            path: at,
            diagnostic: finding(
              'SKILL_FILE_NAME',
              'the folder cannot be searched: its name has a line break, or bytes that are not UTF-8',
              at,
            ),
          })
        }
      }
      callback(
        null,
        entries.filter((entry) => !isUnfit(entry)),
      )
    })
  }
}

/** Patterns match no line breaks; and a name with U+FFFD stands for one that is not UTF-8, which cannot be opened. */
function isUnfit(entry: Dirent): boolean {
  return entry.isDirectory() && /[\n\r\u2028\u2029\ufffd]/.test(entry.name)
}
