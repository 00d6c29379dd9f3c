import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex, type Position } from '../../core/positions.ts'
import type { FaultKind, LexFault } from '../../sqltext/lexer/faults.ts'
import { acceptedCodes } from '../../sqltext/hazards/accepted-codes.ts'
import { classify, type StatementKind } from '../../sqltext/statements/classify.ts'
import { splitStatements, type Statement } from '../../sqltext/statements/split.ts'
import { Filling, type WrittenText } from './fill-variables.ts'
import { foreignFiles } from '../layouts/find-layout.ts'
import { foreignLayout } from '../layouts/refuse-layouts.ts'
import { readDirectives, type Directives } from './directives.ts'
import { ownTransaction } from './own-transaction.ts'
import { isHarmlessCommand, psqlHint } from './psql-commands.ts'
import type { MigrationFile } from './read-migrations.ts'
import { splitLarge, type PlacedStatement, type StatementBlock } from './split-large.ts'
import { after } from './text-window.ts'
import { unfit, type Unfit } from './unfit.ts'

/** A migration, ready to run. */
export interface ParsedMigration extends MigrationFile {
  noTransaction: boolean
  directives: Directives
  /** For its BEGIN, as `ISOLATION LEVEL SERIALIZABLE`. */
  modes: readonly string[]
  /** The names of the variables that it uses. */
  variables: readonly string[]
  /** The queries of the `check` directives. */
  checks: readonly ParsedStatement[]
  /** To be sent, without a BEGIN and COMMIT around them. */
  statements: readonly ParsedStatement[]
  /** Why its variables cannot be filled in; part of `faults`. */
  variableFaults: readonly Diagnostic[]
  /** Why the file cannot run. */
  faults: readonly Diagnostic[]
  /** The place of an offset, which for a large file is at the beginning or in one of the statements. */
  positionAt: (offset: number) => Position
}

/** `text` has the values of variables; `start` and `end` are those of the statement as written. */
export interface ParsedStatement extends Statement {
  kind: StatementKind
  /** The codes of hazards that comments above it accept. */
  accepts: readonly string[]
  /** Set for statements of a large file that change rows one after the other: this is the first of them. */
  block?: StatementBlock
  line: number
  column: number
  /** With variables: the statement as written. */
  written?: WrittenText
  /** Why a variable of the statement has no value. */
  unfilled?: string
}

/** The offset in the file of an offset in the text of a statement. */
export function fileOffset({ start, written }: ParsedStatement, offset: number): number {
  return start + (written === undefined ? offset : written.offsetOf(offset))
}

/** The statement without the values of its variables. */
export function writtenText({ text, written }: Pick<ParsedStatement, 'text' | 'written'>): string {
  return written === undefined ? text : written.text
}

/** Splits a migration into statements, and finds everything that prevents it from running. */
export function parseMigration(file: MigrationFile): ParsedMigration {
  const directives = readDirectives(file.text)
  const filling = new Filling(file.source.variables)
  const {
    statements: split,
    faults: lexical,
    positionAt,
  } = file.large === undefined ? splitWhole(file.text) : splitPieces(file, directives, filling)
  const fault = (offset: number, message: string, hint: string): Diagnostic => ({
    severity: 'error',
    code: 'MIGRATION_FILE_INVALID',
    message,
    file: file.file,
    ...positionAt(offset),
    hint,
  })
  // a repeatable file replaces its objects: one that cannot be replaced is a failure, because skipping it would keep the old one
  const filled = (statement: PlacedStatement): ParsedStatement => {
    const before = filling.faults.length
    const own = filling.fill(statement)
    const kind = classify(own.text)
    const unfilled = filling.faults[before]?.message
    return { ...own, kind: directives.repeatable ? { ...kind, existsCodes: [] } : kind, ...(unfilled === undefined ? {} : { unfilled }) }
  }
  const all = split.map(filled)
  const checks = directives.checks.map((check) => filled({ ...check, end: check.start + check.text.length, index: 0, accepts: [] }))
  const { noTransaction } = directives
  const own = noTransaction ? { statements: all, modes: [], faults: [] } : ownTransaction(all, directives.isolation)
  const variableFaults = filling.faults.map(({ offset, message, hint }) => fault(offset, message, hint))
  const faults = [
    ...directives.faults.map(({ offset, message, hint }) => fault(offset, message, hint)),
    ...variableFaults,
    ...lexical
      .filter(({ found }) => !isHarmlessCommand(found))
      .map(({ offset, kind, found, message }) => fault(offset, message, lexicalHint(kind, found))),
    ...own.faults.map(({ start, message, hint }) => fault(start, message, hint)),
    ...own.statements.flatMap((statement) => {
      const problem = unfit(statement, noTransaction)
      return problem === undefined ? [] : [fault(fileOffset(statement, problem.offset ?? 0), problem.message, problem.hint)]
    }),
  ]
  // what follows such a statement are rows, and no SQL
  const endless = all.find(({ kind, rows }) => kind.copyFromStdin && rows === undefined)
  if (endless !== undefined) {
    const before = faults.filter(({ line = 0 }) => line < endless.line)
    faults.splice(0, Infinity, ...before, fault(endless.start, NO_END_OF_ROWS.message, NO_END_OF_ROWS.hint))
  }
  if (own.statements.length === 0 && faults.length === 0) faults.push(fault(0, NO_STATEMENTS.message, NO_STATEMENTS.hint))
  return {
    ...file,
    noTransaction,
    directives,
    variables: [...filling.names],
    variableFaults,
    checks,
    modes: own.modes,
    statements: own.statements,
    faults,
    positionAt,
  }
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
  let before = 0
  const placed = statements.map((statement) => {
    const accepts = acceptedCodes(text.slice(before, statement.start))
    before = statement.rows?.end ?? statement.end
    return { ...statement, ...positionAt(statement.start), accepts }
  })
  return { statements: placed, faults, positionAt }
}

/** Offsets are those of the directives, the faults and the statements. */
function splitPieces(file: MigrationFile, { noTransaction }: Directives, filling: Filling): Split {
  const { large, checksum, text } = file
  if (large === undefined) throw new TypeError('not a large file')
  // the layout of another tool was looked for in the beginning of the text
  const see = (part: string, begin: Position): void => {
    const [found] = foreignFiles([{ ...file, text: part }], [])
    if (found === undefined) return
    const placed = { ...found, ...after(begin, found) }
    throw foreignLayout(placed, [placed])
  }
  // the statements of a no-transaction file are recorded one by one, and values are filled in one by one
  const fitsBlock = (statement: string): boolean => !noTransaction && !filling.concerns(statement)
  const { statements, faults } = splitLarge(large, checksum, { fitsBlock, see })
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

function placeIn(statement: Statement & Position & Pick<ParsedStatement, 'written'>, offset: number): Position {
  const { rows, end } = statement
  if (rows !== undefined && offset >= rows.start) {
    // they begin on the line after the statement
    return placeInRows(rows.parts, offset - rows.start, { line: placeIn(statement, end).line + 1, column: 1 })
  }
  return after(statement, new LineIndex(writtenText(statement)).positionAt(offset - statement.start))
}

function placeInRows(parts: Iterable<string>, offset: number, begin: Position): Position {
  let place = begin
  let before = 0
  for (const part of parts) {
    const index = new LineIndex(part)
    const inside = offset - before
    place = after(place, index.positionAt(Math.min(inside, part.length)))
    if (inside < part.length) break
    before += part.length
  }
  return place
}

/** The number of statements, those of blocks included. */
export function countStatements(statements: readonly Pick<ParsedStatement, 'block'>[]): number {
  return statements.reduce((sum, { block }) => sum + (block?.count ?? 1), 0)
}

/** The statements of a block, each with its own place. */
export function statementsOf(statement: ParsedStatement): ParsedStatement[] {
  const { block, ...own } = statement
  if (block === undefined) return [own]
  const text = block.content.text()
  const index = new LineIndex(text)
  return splitStatements(text).statements.map((one) => ({
    ...one,
    start: own.start + one.start,
    end: own.start + one.end,
    index: own.index,
    ...after(own, index.positionAt(one.start)),
    kind: own.kind,
    accepts: [],
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
