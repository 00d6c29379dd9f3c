import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex } from '../../core/positions.ts'
import { classify } from '../../sqltext/statements/classify.ts'
import { readDirectives } from '../../sqltext/statements/directives.ts'
import type { FaultKind } from '../../sqltext/lexer/faults.ts'
import { splitStatements } from '../../sqltext/statements/split.ts'
import type { MigrationFile, ParsedMigration, ParsedStatement } from './migration-file.ts'

/** Splits a migration into statements and finds everything that makes it unfit to run, before anything runs. */
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
  const statements = split.map((statement): ParsedStatement => ({
    ...statement,
    ...index.positionAt(statement.start),
    kind: classify(statement.text),
  }))
  const faults = [
    ...directives.faults.map(({ offset, word }) => fault(offset, `unknown directive "${word}"`, 'the directives are: no-transaction')),
    ...lexical.map(({ offset, kind, message }) => fault(offset, message, LEXICAL_HINTS[kind])),
    ...statements.flatMap((statement) => {
      const problem = unfit(statement, directives.noTransaction)
      return problem === undefined ? [] : [fault(statement.start, problem.message, problem.hint)]
    }),
  ]
  return { ...file, noTransaction: directives.noTransaction, statements, faults }
}

const LEXICAL_HINTS: Readonly<Record<FaultKind, string>> = {
  'unterminated-string': "close it with ' (a quote inside a string is written twice)",
  'unterminated-identifier': 'close it with "',
  'unterminated-dollar-quote': 'close it with the same tag',
  'unterminated-comment': 'close it with */ (comments nest)',
  'psql-command': 'remove it, or write what it does in SQL',
  'nul-character': 'save the file as UTF-8',
}

function unfit({ kind }: ParsedStatement, noTransaction: boolean): { message: string; hint: string } | undefined {
  if (kind.copyFromStdin) {
    return {
      message: 'COPY ... FROM STDIN needs data that a migration file cannot carry',
      hint: 'write INSERT statements, or COPY from a file on the server',
    }
  }
  if (kind.transaction !== undefined) {
    return {
      message: `${kind.verb} at the top level of a migration`,
      hint: 'remove it: skills runs each file in a transaction of its own (`-- skills: no-transaction` on the first line turns that off)',
    }
  }
  if (kind.outsideTransaction !== undefined && !noTransaction) {
    return {
      message: `${kind.outsideTransaction} cannot run inside a transaction`,
      hint: 'put it into a file of its own that begins with the line `-- skills: no-transaction`',
    }
  }
  return undefined
}
