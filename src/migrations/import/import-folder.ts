import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { LineIndex } from '../../core/positions.ts'
import { plural } from '../../core/text.ts'
import { readFileInside } from '../../files/regular-file.ts'
import { createFile } from '../../files/write-file.ts'
import type { ImportRules, TheirMigration, TheirMigrations } from '../layouts/import-rules.ts'
import { ourNames } from './our-names.ts'
import { ourText } from './our-text.ts'
import { refused } from './their-ledger.ts'
import { openTheirFolder } from './their-folder.ts'

/** A migration of the other tool and our file for it. */
export interface ImportedMigration {
  theirs: TheirMigration
  version: string
  /** Our file, as shown to people. */
  file: string
  text: string
  /** The file exists, with this text. */
  exists: boolean
}

export interface ImportedFolder extends Pick<TheirMigrations, 'others'> {
  migrations: ImportedMigration[]
  diagnostics: Diagnostic[]
}

export interface FolderOptions {
  title: string
  rules: ImportRules
  /** Their folder. */
  directory: string
  /** Ours. */
  into: string
}

/** Reads their folder, and makes our files of it. Writes nothing. Throws MIGRATIONS_DIR_MISSING, NOT_IMPORTED and FILE_EXISTS. */
export function readImport({ title, rules, directory, into }: FolderOptions): ImportedFolder {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new SkillsError('MIGRATIONS_DIR_MISSING', `there is no folder ${directory}`, { hint: `name the folder of ${title} with --dir` })
  }
  if (existsSync(into) && realpathSync(into) === realpathSync(directory)) {
    throw new SkillsError('USAGE', `${into} is the folder of ${title}, whose files stay as they are`, {
      hint: 'name another folder with --into',
    })
  }
  const { migrations, others, left } = rules.read(openTheirFolder(directory))
  if (migrations.length === 0) throw refused(`there is no migration of ${title} in ${directory}`, 'name its folder with --dir')
  const names = ourNames(migrations)
  const diagnostics: Diagnostic[] = left.map(({ file, reason }) => ({
    severity: 'warning',
    code: 'NOT_IMPORTED',
    message: `not imported: ${reason}`,
    file: path.join(directory, file),
  }))
  const imported = migrations.map((theirs, i): ImportedMigration => {
    const version = names[i] ?? theirs.name
    const file = path.join(into, `${version}.sql`)
    const { text, notTranslated } = ourText(title, theirs)
    const index = new LineIndex(text)
    for (const { offset, message, hint } of notTranslated)
      diagnostics.push({ severity: 'warning', code: 'NOT_IMPORTED', message, file, ...index.positionAt(offset), hint })
    return { theirs, version, file, text, exists: isWritten(into, `${version}.sql`, text) }
  })
  return { migrations: imported, others, diagnostics }
}

/** Creates the files that do not exist yet. */
export function writeImport({ migrations }: ImportedFolder): void {
  for (const { file, text, exists } of migrations) if (!exists) createFile(file, text, process.cwd())
}

/** Throws FILE_EXISTS when the file has another text. */
function isWritten(folder: string, name: string, text: string): boolean {
  if (!existsSync(path.join(folder, name))) return false
  const limit = Buffer.byteLength(text) + 1
  const isSame = statSync(path.join(folder, name)).size < limit && readFileInside(folder, name, limit).toString('utf8') === text
  if (isSame) return true
  throw new SkillsError('FILE_EXISTS', `${path.join(folder, name)} already exists, with another text`, {
    hint: 'nothing was written; name another folder with --into, or remove the file',
  })
}

/** Refuses programs that are not applied: without them the later files would run on another schema. */
export function refusePrograms(title: string, others: ImportedFolder['others'], applied: (key: string) => boolean): Diagnostic[] {
  const pending = others.filter(({ key }) => !applied(key))
  if (pending.length > 0) {
    throw refused(
      `${plural(pending.length, 'migration')} of ${title} cannot become SQL: ${pending.map(({ file, reason }) => `${file} (${reason})`).join(', ')}`,
      `apply them with ${title} first, and import again; or write them as SQL`,
    )
  }
  return others.map(({ file, reason }) => ({
    severity: 'warning',
    code: 'NOT_IMPORTED',
    message: `not imported: ${reason}; it is applied here, and a new database would not have what it makes`,
    file,
  }))
}
