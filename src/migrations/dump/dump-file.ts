import { splitStatements } from '../../sqltext/statements/split.ts'
import { normaliseSql } from '../files/read-migrations.ts'

/** The first line that differs, from 1. Null where one text has ended. */
export interface FirstDifference {
  line: number
  file: string | null
  database: string | null
}

/** What a new dump changes in a file. */
export interface DumpChanges {
  /** The first lines of the statements. */
  added: string[]
  removed: string[]
  /** Statements with the same first line and another end. */
  changed: string[]
}

/** Where the two texts differ; undefined when they are equal. Line ends and a byte order mark do not count. */
export function firstDifference(file: string, dump: string): FirstDifference | undefined {
  const [old, now] = [file, dump].map((text) => normaliseSql(text).split('\n'))
  if (old === undefined || now === undefined) return undefined
  const at = Array.from({ length: Math.max(old.length, now.length) }, (_, i) => i).find((i) => old[i] !== now[i])
  return at === undefined ? undefined : { line: at + 1, file: old[at] ?? null, database: now[at] ?? null }
}

/** Compares the two texts statement by statement, whatever the order is. */
export function dumpChanges(file: string, dump: string): DumpChanges {
  const [old, now] = [statementsOf(file), statementsOf(dump)]
  const added = [...now].filter((text) => !old.has(text)).map(firstLine)
  const removed = [...old].filter((text) => !now.has(text)).map(firstLine)
  const both = new Set(added.filter((line) => removed.includes(line)))
  return {
    added: added.filter((line) => !both.has(line)),
    removed: removed.filter((line) => !both.has(line)),
    changed: [...both],
  }
}

function statementsOf(text: string): Set<string> {
  const sql = normaliseSql(text)
  return new Set(splitStatements(sql).statements.map(({ start, end }) => sql.slice(start, end)))
}

function firstLine(statement: string): string {
  const end = statement.indexOf('\n')
  return end === -1 ? statement : statement.slice(0, end)
}
