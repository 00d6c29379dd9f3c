import { SkillsError } from '../core/errors.ts'
import { LineIndex } from '../core/positions.ts'
import { nearest } from '../core/text.ts'
import { classify } from '../sqltext/statements/classify.ts'
import { splitStatements } from '../sqltext/statements/split.ts'
import type { Check, CheckInput, CheckStatement } from './check.ts'
import { CHECK_INPUTS, SEVERITIES, WRITES } from './check.ts'
import type { Requirement } from './requirements.ts'
import { parseRequirement, REQUIREMENT_FORMS } from './requirements.ts'

/**
 * The checks of one file. A header line `-- check: ID` begins one, the header lines behind it describe it; the last
 * statement is the query. Throws CHECK_FILE_INVALID with the line.
 */
export function parseChecks(text: string, file: string): Check[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const starts = lines.flatMap((line, i) => (/^--\s*check:/.test(line) ? [i] : []))
  const [stray] = statementsOf(lines.slice(0, starts[0]).join('\n'), file, 1)
  if (stray !== undefined) throw invalid(file, stray.line, 'a statement in front of the first check')
  if (starts.length === 0) throw invalid(file, 1, 'the file holds no check')
  return starts.map((start, i) => parseCheck(lines.slice(start, starts[i + 1]), file, start + 1))
}

const KEYS = ['check', 'title', 'severity', 'remedy', 'requires', 'gate', 'input', 'writes'] as const
type Key = (typeof KEYS)[number]

interface HeaderLine {
  value: string
  line: number
}

function parseCheck(lines: readonly string[], file: string, line: number): Check {
  const header = readHeader(lines, file, line)
  const statements = statementsOf(lines.join('\n'), file, line)
  const query = statements.at(-1)
  if (query === undefined) throw invalid(file, line, 'the check has no query')
  const required = (key: Key): string => {
    const value = header.get(key)?.value ?? ''
    if (value === '') throw invalid(file, header.get(key)?.line ?? line, `the header has no "${key}"`)
    return value
  }
  const oneOf = <T extends string>(key: Key, allowed: readonly T[], usual: T): T => {
    const entry = header.get(key)
    if (entry === undefined) return usual
    const found = allowed.find((candidate) => candidate === entry.value)
    if (found === undefined) throw invalid(file, entry.line, `${key} "${entry.value}" is none of ${allowed.join(', ')}`)
    return found
  }
  const id = required('check')
  if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(id))
    throw invalid(file, line, `"${id}" is no id: small letters and digits, with - and . between`)
  return {
    id,
    title: required('title'),
    remedy: required('remedy'),
    severity: oneOf('severity', SEVERITIES, 'error'),
    requires: readRequirements(header.get('requires'), file),
    gate: oneOf('gate', ['yes', 'no'], 'no') === 'yes',
    input: header.has('input') ? oneOf('input', Object.keys(CHECK_INPUTS) as CheckInput[], 'ledger') : undefined,
    writes: oneOf('writes', WRITES, 'no'),
    file,
    line,
    setup: statements.slice(0, -1),
    query,
  }
}

function readHeader(lines: readonly string[], file: string, first: number): Map<Key, HeaderLine> {
  const header = new Map<Key, HeaderLine>()
  for (const [i, line] of lines.entries()) {
    const match = /^--\s*([a-z-]+):\s*(.*)$/.exec(line)
    if (match === null) break
    const [, word = '', value = ''] = match
    const key = KEYS.find((known) => known === word)
    if (key === undefined) {
      const near = nearest(word, KEYS)
      throw invalid(file, first + i, `unknown header "${word}"${near === undefined ? '' : `; did you mean "${near}"?`}`)
    }
    header.set(key, { value: value.trim(), line: first + i })
  }
  return header
}

function readRequirements(entry: HeaderLine | undefined, file: string): Requirement[] {
  if (entry === undefined) return []
  return entry.value.split(',').map((part) => {
    const requirement = parseRequirement(part.trim())
    if (requirement === undefined) throw invalid(file, entry.line, `requires "${part.trim()}" is none of ${REQUIREMENT_FORMS}`)
    return requirement
  })
}

/** The statements of a part of the file that begins at line `first`. Everything runs in one transaction that is rolled back, so none may end it. */
function statementsOf(text: string, file: string, first: number): CheckStatement[] {
  const index = new LineIndex(text)
  const at = (offset: number): number => first - 1 + index.positionAt(offset).line
  const { statements, faults } = splitStatements(text)
  const [fault] = faults
  if (fault !== undefined) throw invalid(file, at(fault.offset), fault.message)
  return statements.map((statement) => {
    const { transaction, outsideTransaction, copyFromStdin } = classify(statement.text)
    const line = at(statement.start)
    if (transaction !== undefined)
      throw invalid(file, line, `${transaction.toUpperCase()} in a check: all of them run in one transaction, which is rolled back`)
    if (outsideTransaction !== undefined) throw invalid(file, line, `${outsideTransaction} cannot run in a transaction`)
    if (copyFromStdin) throw invalid(file, line, 'COPY FROM STDIN has no data here')
    return { text: statement.text, line, column: index.positionAt(statement.start).column }
  })
}

function invalid(file: string, line: number, message: string): SkillsError {
  return new SkillsError('CHECK_FILE_INVALID', `${file}:${line}: ${message}`, {
    hint: 'a check is `-- check: ID`, `-- title: ...`, `-- remedy: ...` and a query that returns a row (object, expected, actual) per fault; see docs/verify.md',
    diagnostics: [{ severity: 'error', code: 'CHECK_FILE_INVALID', message, file, line }],
  })
}
