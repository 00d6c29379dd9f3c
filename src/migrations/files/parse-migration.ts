import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex, type Position } from '../../core/positions.ts'
import type { FaultKind, LexFault } from '../../sqltext/lexer/faults.ts'
import { classify, type StatementKind } from '../../sqltext/statements/classify.ts'
import { splitStatements, type Statement } from '../../sqltext/statements/split.ts'
import { foreignFiles } from '../layouts/find-layout.ts'
import { foreignLayout } from '../layouts/refuse-layouts.ts'
import { readDirectives, type Directives } from './directives.ts'
import { ownTransaction } from './own-transaction.ts'
import { isHarmlessCommand, psqlHint } from './psql-commands.ts'
import type { MigrationFile } from './read-migrations.ts'
import { after, splitLarge, type PlacedStatement, type StatementBlock } from './split-large.ts'
import { unfit, type Unfit } from './unfit.ts'

/** A migration, ready to run. */
export interface ParsedMigration extends MigrationFile {
  noTransaction: boolean
  directives: Directives
  /** For its BEGIN, as `ISOLATION LEVEL SERIALIZABLE`. */
  modes: readonly string[]
  /** The queries of the `check` directives. */
  checks: readonly ParsedStatement[]
  /** To be sent, without a BEGIN and COMMIT around them. */
  statements: readonly ParsedStatement[]
  /** Why the file cannot run. */
  faults: readonly Diagnostic[]
  /** The place of an offset, which for a large file is at the beginning or in one of the statements. */
  positionAt: (offset: number) => Position
}

export interface ParsedStatement extends Statement {
  kind: StatementKind
  /** Set for statements of a large file that change rows one after the other: this is the first of them. */
  block?: StatementBlock
  line: number
  column: number
}

/** Splits a migration into statements, and finds everything that prevents it from running. */
export function parseMigration(file: MigrationFile): ParsedMigration {
  const directives = readDirectives(file.text)
  const {
    statements: split,
    faults: lexical,
    positionAt,
  } = file.large === undefined ? splitWhole(file.text) : splitPieces(file, directives)
  const fault = (offset: number, message: string, hint: string): Diagnostic => ({
    severity: 'error',
    code: 'MIGRATION_FILE_INVALID',
    message,
    file: file.file,
    ...positionAt(offset),
    hint,
  })
  // a repeatable file replaces its objects: one that cannot be replaced is a failure, because skipping it would keep the old one
  const all = split.map((statement): ParsedStatement => ({
    ...statement,
    kind: directives.repeatable ? { ...classify(statement.text), existsCodes: [] } : classify(statement.text),
  }))
  const { noTransaction } = directives
  const own = noTransaction ? { statements: all, modes: [], faults: [] } : ownTransaction(all, directives.isolation)
  const faults = [
    ...directives.faults.map(({ offset, message, hint }) => fault(offset, message, hint)),
    ...lexical
      .filter(({ found }) => !isHarmlessCommand(found))
      .map(({ offset, kind, found, message }) => fault(offset, message, lexicalHint(kind, found))),
    ...own.faults.map(({ start, message, hint }) => fault(start, message, hint)),
    ...own.statements.flatMap((statement) => {
      const problem = unfit(statement, noTransaction)
      return problem === undefined ? [] : [fault(statement.start + (problem.offset ?? 0), problem.message, problem.hint)]
    }),
  ]
  // what follows such a statement are rows, and no SQL
  const endless = all.find(({ kind, rows }) => kind.copyFromStdin && rows === undefined)
  if (endless !== undefined) {
    const before = faults.filter(({ line = 0 }) => line < endless.line)
    faults.splice(0, Infinity, ...before, fault(endless.start, NO_END_OF_ROWS.message, NO_END_OF_ROWS.hint))
  }
  if (own.statements.length === 0 && faults.length === 0) faults.push(fault(0, NO_STATEMENTS.message, NO_STATEMENTS.hint))
  const checks = directives.checks.map((check) => ({
    ...check,
    end: check.start + check.text.length,
    index: 0,
    kind: classify(check.text),
  }))
  return { ...file, noTransaction, directives, checks, modes: own.modes, statements: own.statements, faults, positionAt }
}

interface Split {
  statements: readonly PlacedStatement[]
  faults: readonly LexFault[]
  positionAt: (offset: number) => Position
}

function splitWhole(text: string): Split {
  const index = new LineIndex(text)
  const { statements, faults } = splitStatements(text)
  const positionAt = (offset: number): Position => index.positionAt(offset)
  return { statements: statements.map((statement) => ({ ...statement, ...positionAt(statement.start) })), faults, positionAt }
}

/** Offsets are those of the directives, the faults and the statements. */
function splitPieces(file: MigrationFile, { noTransaction }: Directives): Split {
  const { large, checksum, text } = file
  if (large === undefined) throw new TypeError('not a large file')
  // the layout of another tool was looked for in the beginning of the text
  const see = (part: string, begin: Position): void => {
    const [found] = foreignFiles([{ ...file, text: part }], [])
    if (found === undefined) return
    const placed = { ...found, ...after(begin, found) }
    throw foreignLayout(placed, [placed])
  }
  // the statements of a no-transaction file are recorded one by one
  const { statements, faults } = splitLarge(large, checksum, !noTransaction, see)
  const head = new LineIndex(text)
  const positionAt = (offset: number): Position => {
    const fault = faults.find((one) => one.offset === offset)
    if (fault !== undefined) return { line: fault.line, column: fault.column }
    const statement = statements.findLast(({ start }) => start <= offset)
    return statement === undefined ? head.positionAt(offset) : placeIn(statement, offset)
  }
  return { statements, faults, positionAt }
}

/** The place of an offset that is in the statement or in its rows. */
export function positionIn({ large, positionAt }: ParsedMigration, statement: ParsedStatement, offset: number): Position {
  return large === undefined ? positionAt(offset) : placeIn(statement, offset)
}

function placeIn(statement: Statement & Position, offset: number): Position {
  return after(statement, new LineIndex(statement.text).positionAt(offset - statement.start))
}

/** The number of statements, those of blocks included. */
export function countStatements(statements: readonly Pick<ParsedStatement, 'block'>[]): number {
  return statements.reduce((sum, { block }) => sum + (block?.count ?? 1), 0)
}

/** The statements of a block, each with its own place. */
export function statementsOf(statement: ParsedStatement): ParsedStatement[] {
  const { block, ...own } = statement
  if (block === undefined) return [own]
  const text = block.text()
  const index = new LineIndex(text)
  return splitStatements(text).statements.map((one) => ({
    ...one,
    start: own.start + one.start,
    end: own.start + one.end,
    index: own.index,
    ...after(own, index.positionAt(one.start)),
    kind: own.kind,
  }))
}

const NO_END_OF_ROWS: Unfit = {
  message: 'COPY ... FROM STDIN, and no end of its rows',
  hint: 'write the line \\. after the last row',
}

const NO_STATEMENTS: Unfit = {
  message: 'the file contains no statement',
  hint: 'write the migration, or delete the file; a file that is to be applied without an effect needs a statement such as SELECT 1;',
}

function lexicalHint(kind: FaultKind, found: string): string {
  return kind === 'psql-command' ? psqlHint(found) : LEXICAL_HINTS[kind]
}

const LEXICAL_HINTS: Readonly<Record<Exclude<FaultKind, 'psql-command'>, string>> = {
  'unterminated-string': "close it with ' (write a quote inside a string twice)",
  'unterminated-identifier': 'close it with "',
  'unterminated-dollar-quote': 'close it with the same tag',
  'unterminated-comment': 'close it with */ (comments nest)',
  'text-before-rows': 'begin the rows on the next line, and move this text after them',
  'nul-character': 'save the file as UTF-8',
}
