import { readdirSync, type Dirent } from 'node:fs'
import path from 'node:path'
import type { FolderNote } from '../../core/report-types.ts'
import { plural } from '../../core/text.ts'
import { isMigrationName, type MigrationSource } from './read-migrations.ts'

/** How deep to look for files that are not read: far enough to mention them. */
const DEPTH = 3
/** A folder with more sub-folders is not one of migrations. */
const MOST = 200

/** What the folders of the user have that people may expect to run, and that does not. Reads names only. */
export function folderNotes(sources: readonly MigrationSource[]): FolderNote[] {
  const own = new Set(sources.filter((source) => source.own).flatMap(({ directory }) => entriesOf(directory).map(({ name }) => name)))
  return sources.flatMap((source) => (source.own ? [] : [...twinNotes(source, own), ...notesOf(source)]))
}

/** Files that have the name of a file of the package, as the folder of the older system has. */
function twinNotes({ directory, label }: MigrationSource, own: ReadonlySet<string>): FolderNote[] {
  const twins = entriesOf(directory).filter(({ name }) => own.has(name))
  return twins.map(({ name }) => ({
    folder: path.join(label, name),
    kind: 'package file',
    message: 'is a migration of the package: the file of the package runs in its place',
  }))
}

function notesOf({ directory, label }: MigrationSource): FolderNote[] {
  const entries = entriesOf(directory)
  const notes = subFolders(directory, label, entries, DEPTH)
  if (notes.length > 0 || entries.some(({ name }) => isMigrationName(name))) return notes
  return [{ folder: label, kind: 'empty', message: 'has no .sql files: check the path' }]
}

function subFolders(directory: string, label: string, entries: readonly Dirent[], depth: number): FolderNote[] {
  // links are not followed, and .git is none of them
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).slice(0, MOST)
  return folders.flatMap(({ name }) => {
    const [inside, folder] = [path.join(directory, name), path.join(label, name)]
    const found = entriesOf(inside)
    const count = found.filter((entry) => entry.isFile() && isMigrationName(entry.name)).length
    const note: FolderNote = {
      folder,
      kind: 'sub-folder',
      message: `${plural(count, '.sql file')} not read: name the folder with --dir to run them`,
    }
    return [...(count === 0 ? [] : [note]), ...(depth === 1 ? [] : subFolders(inside, folder, found, depth - 1))]
  })
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    // reading the migrations reports a folder that cannot be read; a sub-folder is not needed
    return []
  }
}
