import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { parseMigration, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/** The objects that migrations create, read from their text alone. Safe to print as JSON. */
export interface DeclaredObjects {
  tables: string[]
  views: string[]
  /** Names without arguments. */
  functions: string[]
  /** Indexes that a file drops and no later file creates. */
  droppedIndexes: string[]
  /** What creates the object again, by `kind name`: `index idx_a`, `column t.c`. */
  again: Record<string, string>
}

/** The objects in the CREATE statements of the files, without those that a later DROP removes. */
export function declaredObjects(files: readonly MigrationFile[]): DeclaredObjects {
  const names: Record<Group, Set<string>> = { table: new Set(), view: new Set(), function: new Set(), index: new Set() }
  const dropped = new Set<string>()
  const again: Record<string, string> = {}
  for (const file of files) {
    for (const statement of parseMigration(file).statements) {
      const { kind, line } = statement
      const drop = droppedBy(statement)
      for (const name of drop?.names ?? []) {
        names[drop?.group ?? 'table'].delete(name)
        if (drop?.group === 'index') dropped.add(name)
      }
      const { object } = kind
      if (object === undefined || (object.kind === 'table' && !kind.verb.startsWith('CREATE'))) continue
      const group = GROUPS[object.kind]
      if (group !== undefined) names[group].add(object.name)
      if (group === 'index') dropped.delete(object.name)
      const name = object.table === undefined || object.kind === 'index' ? object.name : `${object.table}.${object.name}`
      again[`${object.kind} ${name}`] = runAgain(file, line, statement.text)
    }
  }
  return { tables: [...names.table], views: [...names.view], functions: [...names.function], droppedIndexes: [...dropped], again }
}

/** The files of the package can run again, and users do not have them. */
function runAgain({ source, version, file }: MigrationFile, line: number, text: string): string {
  return source.own
    ? `run \`skills migrate repair ${version} --forget --yes\`, then \`skills migrate\``
    : `run the statement at ${file}:${line} again${text.length > LONGEST_SHOWN ? '' : `: ${text.replaceAll(/\s+/g, ' ')};`}`
}

/** A longer statement is found by its place. */
const LONGEST_SHOWN = 1000

type Group = 'table' | 'view' | 'function' | 'index'

const GROUPS: Readonly<Record<string, Group>> = {
  table: 'table',
  view: 'view',
  'materialized view': 'view',
  function: 'function',
  procedure: 'function',
  index: 'index',
}

function droppedBy({ kind: { verb }, text }: ParsedStatement): { group: Group; names: string[] } | undefined {
  const object = /^DROP (.+)$/.exec(verb)?.[1]?.toLowerCase() ?? ''
  const group = GROUPS[object]
  if (group === undefined) return undefined
  const cursor = new Cursor(text)
  cursor.accept(`drop ${object}`)
  cursor.accept('concurrently')
  cursor.accept('if exists')
  const names: string[] = []
  do {
    const name = cursor.name()?.name
    if (name !== undefined) names.push(name)
    if (cursor.isSymbol('(')) cursor.skipItem()
  } while (cursor.acceptSymbol(','))
  return { group, names }
}
