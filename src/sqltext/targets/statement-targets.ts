import { Cursor } from '../lexer/cursor.ts'
import { decodeLiteral, routineBody } from '../locate/routine-body.ts'
import { splitPieces } from '../locate/plpgsql-pieces.ts'
import { classify } from '../statements/classify.ts'
import type { SqlObject } from '../statements/object-kinds.ts'
import { readAlter } from './alter-targets.ts'
import { readGrant, readNamed } from './named-targets.ts'
import { partOfTable, type StatementTarget } from './target.ts'

export interface StatementTargets {
  targets: readonly StatementTarget[]
  /** The text does not show everything that it changes: a DO block can put SQL together. */
  hasUnknown: boolean
}

/** What a statement creates, changes or removes, read from its text. Statements of data, roles and the like have no targets. */
export function statementTargets(text: string): StatementTargets {
  const { verb, object } = classify(text)
  if (verb === 'DO') return ofBlock(routineBody(text)?.text)
  const [action = ''] = verb.split(' ')
  return { targets: READERS[action]?.(new Cursor(text), object) ?? [], hasUnknown: false }
}

const READERS: Readonly<Record<string, (cursor: Cursor, object: SqlObject | undefined) => StatementTarget[]>> = {
  CREATE: (cursor, object) => (object === undefined ? ofUnnamedIndex(cursor) : [ofObject(object)]),
  ALTER: readAlter,
  DROP: (cursor) => {
    cursor.accept('drop')
    return readNamed(cursor)
  },
  COMMENT: (cursor) => {
    cursor.accept('comment on')
    return readNamed(cursor).map((target) => ({ ...target, of: 'comment' }))
  },
  GRANT: readGrant,
  REVOKE: readGrant,
  REFRESH: (cursor) => {
    cursor.accept('refresh')
    return readNamed(cursor).map((target) => ({ ...target, of: 'self' }))
  },
}

function ofObject({ kind, schema, name, table, inputTypes }: SqlObject): StatementTarget {
  return {
    of: 'all',
    kind,
    name,
    ...(schema === undefined ? {} : { schema }),
    ...(table === undefined ? {} : { table }),
    ...(inputTypes === undefined ? {} : { types: inputTypes }),
  }
}

/** `CREATE [UNIQUE] INDEX [CONCURRENTLY] ON [ONLY] t (...)`. */
function ofUnnamedIndex(cursor: Cursor): StatementTarget[] {
  cursor.accept('create')
  cursor.accept('unique')
  if (!cursor.accept('index')) return []
  cursor.accept('concurrently')
  if (!cursor.accept('on')) return []
  cursor.accept('only')
  const table = cursor.name()
  return table === undefined ? [] : [partOfTable('index', '', table)]
}

/** The statements of a DO block, and those in the strings that it executes. */
function ofBlock(body: string | undefined): StatementTargets {
  if (body === undefined) return { targets: [], hasUnknown: true }
  const parts = splitPieces(body).map(({ start, end }) => {
    const piece = body.slice(start, end)
    const cursor = new Cursor(piece)
    if (!cursor.accept('execute')) return statementTargets(piece)
    const text = executedText(cursor)
    return text === undefined ? { targets: [], hasUnknown: true } : statementTargets(text)
  })
  return { targets: parts.flatMap(({ targets }) => targets), hasUnknown: parts.some(({ hasUnknown }) => hasUnknown) }
}

/** The statement of `EXECUTE 'text'` and `EXECUTE format('text', 'value', ...)`; undefined when a value is not in the text. */
function executedText(cursor: Cursor): string | undefined {
  const isFormat = cursor.accept('format') && cursor.acceptSymbol('(')
  const text = literalAt(cursor)
  if (text === undefined || cursor.isSymbol('||')) return undefined
  if (!isFormat) return text
  const values: (string | undefined)[] = []
  while (cursor.acceptSymbol(',')) {
    values.push(literalAt(cursor))
    while (!cursor.atEnd && !cursor.isSymbol(',') && !cursor.isSymbol(')')) cursor.skipItem()
  }
  let isKnown = true
  const filled = text.replaceAll(/%[ILs%]/g, (form) => {
    if (form === '%%') return '%'
    const value = values.shift()
    isKnown &&= value !== undefined
    return form === '%I'
      ? `"${(value ?? '').replaceAll('"', '""')}"`
      : form === '%L'
        ? `'${(value ?? '').replaceAll("'", "''")}'`
        : (value ?? '')
  })
  return isKnown && !/%[\d-]/.test(text) ? filled : undefined
}

function literalAt(cursor: Cursor): string | undefined {
  if (cursor.peek().kind !== 'string') return undefined
  const text = decodeLiteral(cursor.source())?.text
  cursor.skip()
  return text
}
