import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { wrongAnswer } from '../core/common-errors.ts'
import type { Columns, RowOf } from '../db/columns.ts'
import type { Db, Parameter, Row } from '../db/db.ts'

export type Bindings = Readonly<Record<string, Parameter>>

type Mode = 'rollup' | 'exact' | undefined

/** The report queries of a folder. `rollup` and `exact` return the same columns from different tables. */
export interface ReportQueries {
  run<C extends Columns>(db: Db, name: string, mode: Mode, bindings: Bindings, columns: C): Promise<RowOf<C>[]>
  run(db: Db, name: string, mode: Mode, bindings: Bindings): Promise<Row[]>
}

/** Reads each file once. */
export function reportQueries(folder: string): ReportQueries {
  const texts = new Map<string, Promise<string>>()
  const load = (name: string, mode: string | undefined): Promise<string> => {
    const key = `${mode ?? ''}/${name}`
    const known = texts.get(key) ?? readQuery(folder, name, mode)
    texts.set(key, known)
    return known
  }
  return {
    run: async (db: Db, name: string, mode: Mode, bindings: Bindings, columns: Columns = {}) => {
      const { text, parameters } = bind(await load(name, mode), bindings)
      return db.run(text, parameters, columns) as Promise<never[]>
    },
  }
}

// Values of a row: int8 and numeric arrive as text, and the counts of a log fit a JS number.

/** Throws CONNECTION_LOST for what is no number: the server did not count. */
export function count(value: unknown): number {
  return numberOrNull(value) ?? 0
}

export function numberOrNull(value: unknown): number | null {
  if (value === null || value === undefined) return null
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  if (!Number.isFinite(number) || value === '') throw wrongAnswer()
  return number
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

const INCLUDE = /^-- include: ([a-z-]+)(,?)$/gm

/** A line `-- include: NAME` is replaced by NAME.sql of the same mode, or of both modes; a comma after it is kept. */
async function readQuery(folder: string, name: string, mode: string | undefined): Promise<string> {
  const places = [...(mode === undefined ? [] : [path.join(folder, mode, `${name}.sql`)]), path.join(folder, `${name}.sql`)]
  const text = await readFirst(places)
  const included = new Map<string, string>()
  for (const [, part = ''] of text.matchAll(INCLUDE)) included.set(part, await readQuery(folder, part, mode))
  return text.replace(INCLUDE, (_, part: string, comma: string) => `${(included.get(part) ?? '').trimEnd()}${comma}`)
}

async function readFirst([first = '', ...others]: readonly string[]): Promise<string> {
  try {
    return await readFile(first, 'utf8')
  } catch (error) {
    if (others.length === 0 || (error as { code?: unknown }).code !== 'ENOENT') throw error
    return readFirst(others)
  }
}

/** Numbers the named parameters (`:since`) of a text; a cast (`::text`) is not a parameter. */
function bind(text: string, bindings: Bindings): { text: string; parameters: Parameter[] } {
  const names: string[] = []
  const numbered = text.replaceAll(/--.*$/gm, '').replaceAll(/(?<!:):([a-z_]+)\b/g, (whole, name: string) => {
    if (!(name in bindings)) throw new Error(`report query: no value for ${whole}`)
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { text: numbered, parameters: names.map((name) => bindings[name] ?? null) }
}
