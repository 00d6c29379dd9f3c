import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex } from '../../core/positions.ts'
import type { FaultKind } from '../../sqltext/lexer/faults.ts'
import { classify, type StatementKind } from '../../sqltext/statements/classify.ts'
import { splitStatements, type Statement } from '../../sqltext/statements/split.ts'
import { readDirectives, type Directives } from './directives.ts'
import type { MigrationFile } from './read-migrations.ts'

/** A migration, ready to run. */
export interface ParsedMigration extends MigrationFile {
  noTransaction: boolean
  directives: Directives
  statements: readonly ParsedStatement[]
  /** Why the file cannot run. */
  faults: readonly Diagnostic[]
}

export interface ParsedStatement extends Statement {
  kind: StatementKind
  line: number
  column: number
}

/** Splits a migration into statements, and finds everything that prevents it from running. */
export function parseMigration(file: MigrationFile): ParsedMigration {
  const index = new LineIndex(file.text)
  const { statements: split, faults: lexical } = splitStatements(file.text)
  const directives = readDirectives(file.text)
  const fault = (offset: number, message: string, hint: string): Diagnostic => ({
    severity: 'error',
    code: 'MIGRATION_FILE_INVALID',
    message,
    file: file.file,
    ...index.positionAt(offset),
    hint,
  })
  // a repeatable file replaces its objects: one that cannot be replaced is a failure, because skipping it would keep the old one
  const statements = split.map((statement): ParsedStatement => ({
    ...statement,
    ...index.positionAt(statement.start),
    kind: directives.repeatable ? { ...classify(statement.text), existsCodes: [] } : classify(statement.text),
  }))
  const faults = [
    ...directives.faults.map(({ offset, message, hint }) => fault(offset, message, hint)),
    ...lexical.map(({ offset, kind, message }) => fault(offset, message, LEXICAL_HINTS[kind])),
    ...statements.flatMap((statement) => {
      const problem = unfit(statement, directives.noTransaction)
      return problem === undefined ? [] : [fault(statement.start, problem.message, problem.hint)]
    }),
  ]
  return { ...file, noTransaction: directives.noTransaction, directives, statements, faults }
}

const LEXICAL_HINTS: Readonly<Record<FaultKind, string>> = {
  'unterminated-string': "close it with ' (write a quote inside a string twice)",
  'unterminated-identifier': 'close it with "',
  'unterminated-dollar-quote': 'close it with the same tag',
  'unterminated-comment': 'close it with */ (comments nest)',
  'psql-command': 'remove it, or write the same in SQL',
  'nul-character': 'save the file as UTF-8',
}

function unfit({ kind }: ParsedStatement, noTransaction: boolean): { message: string; hint: string } | undefined {
  if (kind.copyFromStdin) {
    return {
      message: 'COPY ... FROM STDIN needs data that a migration file cannot contain',
      hint: 'write INSERT statements, or COPY from a file on the server',
    }
  }
  if (kind.copyToStdout === true)
    return { message: 'COPY ... TO STDOUT has no reader in a migration', hint: 'remove it, or COPY to a file on the server' }
  if (kind.transaction !== undefined) {
    return {
      message: `${kind.verb} at the top level of a migration`,
      hint: 'remove it: skills runs each file in a transaction of its own (to turn that off, write `-- skills: no-transaction` on the first line)',
    }
  }
  if (kind.outsideTransaction !== undefined && !noTransaction) {
    return {
      message: `${kind.outsideTransaction} cannot run inside a transaction`,
      hint: 'move it to a file of its own that begins with the line `-- skills: no-transaction`',
    }
  }
  return undefined
}
