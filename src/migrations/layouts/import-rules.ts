/** How the folder and the ledger of a tool are read, to move to this one. */
export interface ImportRules {
  /** Its folder, where the user names none. */
  folder: string
  /** Its ledger, with a schema where the tool has one of its own. */
  ledger: { schema?: string; table: string }
  /** The migrations of the folder, in the order in which the tool runs them. */
  read: (folder: TheirFolder) => TheirMigrations
  /** What the rows of the ledger say about them. */
  applied: (rows: readonly LedgerEntry[], migrations: readonly TheirMigration[]) => TheirState
}

/** Their folder. Paths are relative to it, with `/`. */
export interface TheirFolder {
  /** The names in a sub-folder, bytewise; empty when there is none. */
  list: (folder?: string) => string[]
  /** The text of a file; undefined when there is none. */
  text: (file: string) => string | undefined
  /** A folder near this one, as `..`. */
  at: (folder: string) => TheirFolder
}

export interface TheirMigrations {
  migrations: TheirMigration[]
  /** Files that the tool runs and that cannot become SQL files: programs, for example. `key` is their key in the ledger. */
  others: { file: string; key: string; reason: string }[]
  /** Files that the import leaves, and why. */
  left: { file: string; reason: string }[]
}

export interface TheirMigration {
  /** What identifies it in the ledger. */
  key: string
  /** The file, from the folder. */
  file: string
  /** Our name without `.sql`; made to sort later. */
  name: string
  up: string
  /** Empty when it does not go back. */
  down: string
  noTransaction?: boolean
  repeatable?: boolean
  /** What the tool replaces before it runs the file; each is named as not translated. */
  placeholders?: { pattern: RegExp; inQuotes: boolean }
  /** The digest of the file as the tool computes it. */
  digest?: string
}

export type LedgerEntry = Readonly<Record<string, unknown>>

export interface TheirState {
  applied: ReadonlySet<TheirMigration>
  /** Keys that are applied, without a migration in the folder. */
  unknown: string[]
  /** Why the rows do not show what is applied, and what to do. */
  unclear?: { reason: string; hint: string }
  /** Applied, and changed since then. */
  changed?: TheirMigration[]
}

/** The state of a ledger that has a row with its key for each applied migration. */
export function appliedByKey(keys: readonly string[], migrations: readonly TheirMigration[]): TheirState {
  const applied = new Set(keys)
  const known = new Set(migrations.map(({ key }) => key))
  return {
    applied: new Set(migrations.filter(({ key }) => applied.has(key))),
    unknown: [...applied].filter((key) => !known.has(key)),
  }
}

/** A column of a row as text: numbers as they are written. */
export function textOf(entry: LedgerEntry, column: string): string {
  const value = entry[column]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A version of digits without zeros at the start, so that `007` and `7` are the same key. */
export function numberKey(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '')
}

/** The text of a file in parts, at the lines that `roleOf` knows; these lines are in no part. */
export function splitAtMarks<R extends string>(
  text: string,
  roleOf: (line: string) => R | undefined,
): { before: string; parts: { role: R; line: string; text: string }[] } {
  const parts: { role: R; line: string; text: string }[] = []
  let before = ''
  for (const line of text.replace(/^\ufeff/, '').match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const role = roleOf(line.trimEnd())
    const last = parts.at(-1)
    if (role !== undefined) parts.push({ role, line: line.trimEnd(), text: '' })
    else if (last === undefined) before += line
    else last.text += line
  }
  return { before, parts }
}
