import { SkillsError } from '../core/errors.ts'
import { LineIndex } from '../core/positions.ts'
import { nearest } from '../core/text.ts'
import { classify } from '../sqltext/statements/classify.ts'
import { splitStatements } from '../sqltext/statements/split.ts'
import { CHECK_INPUTS, COMPARISON_CHECKS, SEVERITIES, WRITES, type Check, type CheckInput, type CheckStatement } from './check.ts'
import { parseRequirement, REQUIREMENT_FORMS, type Requirement } from './requirements.ts'

/**
 * The checks of one file. A line `-- check: ID` begins a check; the header lines that follow describe it, and the last
 * statement is its query. A line `-- group: PREFIX` with `-- about:` describes the checks below it whose ID begins with the prefix.
 * Throws CHECK_FILE_INVALID with the line.
 */
export function parseChecks(text: string, file: string, own = false): Check[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const starts = lines.flatMap((line, i) => (/^--\s*check:/.test(line) ? [i] : []))
  const [stray] = statementsOf(lines.slice(0, starts[0]).join('\n'), file, 1)
  if (stray !== undefined) throw invalid(file, stray.line, 'a statement before the first check')
  if (starts.length === 0) throw invalid(file, 1, 'the file contains no check')
  const groups = readGroups(lines, file)
  return starts.map((start, i) => {
    const check = parseCheck(lines.slice(start, starts[i + 1]), { file, own, line: start + 1 })
    return check.about === '' ? { ...check, about: groups.get(groupOf(check.id)) ?? '' } : check
  })
}

/** The first part of the ID of a check. */
export function groupOf(id: string): string {
  return id.split('.')[0] ?? id
}

const CHECK_KEYS = ['check', 'title', 'severity', 'remedy', 'requires', 'gate', 'input', 'writes', 'about', 'example'] as const
const GROUP_KEYS = ['group', 'about'] as const
type Key = (typeof CHECK_KEYS)[number]

interface HeaderLine {
  value: string
  line: number
}

function parseCheck(lines: readonly string[], { file, own, line }: Pick<Check, 'file' | 'own' | 'line'>): Check {
  const header = readHeader(lines, { file, first: line, keys: CHECK_KEYS })
  const statements = statementsOf(lines.join('\n'), file, line)
  const query = statements.at(-1)
  if (query === undefined && !COMPARISON_CHECKS.has(header.get('check')?.value ?? '')) throw invalid(file, line, 'the check has no query')
  const required = (key: Key): string => {
    const value = header.get(key)?.value ?? ''
    if (value === '') throw invalid(file, header.get(key)?.line ?? line, `the header has no "${key}"`)
    return value
  }
  const oneOf = <T extends string>(key: Key, allowed: readonly T[], otherwise: T): T => {
    const entry = header.get(key)
    if (entry === undefined) return otherwise
    const found = allowed.find((candidate) => candidate === entry.value)
    if (found === undefined) throw invalid(file, entry.line, `invalid ${key} "${entry.value}" (expected ${allowed.join(', ')})`)
    return found
  }
  const id = required('check')
  if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(id))
    throw invalid(file, line, `invalid ID "${id}" (expected lowercase letters and digits, separated by - or .)`)
  return {
    id,
    title: required('title'),
    remedy: required('remedy'),
    severity: oneOf('severity', SEVERITIES, 'error'),
    requires: readRequirements(header.get('requires'), file),
    gate: oneOf('gate', ['yes', 'no'], 'no') === 'yes',
    input: header.has('input') ? oneOf('input', Object.keys(CHECK_INPUTS) as CheckInput[], 'ledger') : undefined,
    writes: oneOf('writes', WRITES, 'no'),
    about: header.get('about')?.value ?? '',
    example: readExample(header.get('example'), file),
    own,
    file,
    line,
    setup: statements.slice(0, -1),
    query,
  }
}

/** The texts of the `-- group:` blocks of a file, by prefix. */
function readGroups(lines: readonly string[], file: string): Map<string, string> {
  const groups = new Map<string, string>()
  const starts = lines.flatMap((line, i) => (/^--\s*group:/.test(line) ? [i] : []))
  for (const [place, start] of starts.entries()) {
    const header = readHeader(lines.slice(start, starts[place + 1]), { file, first: start + 1, keys: GROUP_KEYS })
    groups.set(header.get('group')?.value ?? '', header.get('about')?.value ?? '')
  }
  return groups
}

interface HeaderPlace<K extends string> {
  file: string
  /** Line of the file, 1-based. */
  first: number
  keys: readonly K[]
}

/** `-- key: value` lines from the first one on; a line that is indented after `--` continues the value. */
function readHeader<K extends string>(lines: readonly string[], { file, first, keys }: HeaderPlace<K>): Map<K, HeaderLine> {
  const header = new Map<K, HeaderLine>()
  let last: HeaderLine | undefined
  for (const [i, line] of lines.entries()) {
    const continuation = /^--\s{2,}(\S.*)$/.exec(line)?.[1]
    if (continuation !== undefined && last !== undefined) {
      last.value = `${last.value} ${continuation.trim()}`
      continue
    }
    const match = /^--[ \t]*([a-z][a-z-]*):(.*)$/.exec(line)
    if (match === null) break
    const [, word = '', value = ''] = match
    const key = keys.find((known) => known === word)
    if (key === undefined) {
      const near = nearest(word, keys)
      throw invalid(file, first + i, `unknown header "${word}"${near === undefined ? '' : `; did you mean "${near}"?`}`)
    }
    last = { value: value.trim(), line: first + i }
    header.set(key, last)
  }
  return header
}

function readExample(entry: HeaderLine | undefined, file: string): Check['example'] {
  if (entry === undefined) return undefined
  const [object, expected, actual, ...rest] = entry.value.split(' | ')
  if (object === undefined || expected === undefined || actual === undefined || rest.length > 0)
    throw invalid(file, entry.line, `invalid example "${entry.value}" (expected OBJECT | EXPECTED | ACTUAL)`)
  return { object, expected, actual }
}

function readRequirements(entry: HeaderLine | undefined, file: string): Requirement[] {
  if (entry === undefined) return []
  return entry.value.split(',').map((part) => {
    const requirement = parseRequirement(part.trim())
    if (requirement === undefined) throw invalid(file, entry.line, `invalid requires "${part.trim()}" (expected ${REQUIREMENT_FORMS})`)
    return requirement
  })
}

/** The statements of a part of the file that begins at line `first`. The transaction is rolled back at the end, so no statement may end it. */
function statementsOf(text: string, file: string, first: number): CheckStatement[] {
  const index = new LineIndex(text)
  const at = (offset: number): number => first - 1 + index.positionAt(offset).line
  const { statements, faults } = splitStatements(text)
  const [fault] = faults
  if (fault !== undefined) throw invalid(file, at(fault.offset), fault.message)
  return statements.map((statement) => {
    const { transaction, outsideTransaction, copyFromStdin, copyToStdout } = classify(statement.text)
    const line = at(statement.start)
    if (transaction !== undefined)
      throw invalid(file, line, `${transaction.toUpperCase()} in a check: all checks run in one transaction, which is rolled back`)
    if (outsideTransaction !== undefined) throw invalid(file, line, `${outsideTransaction} cannot run in a transaction`)
    if (copyFromStdin) throw invalid(file, line, 'COPY FROM STDIN is not supported in a check')
    if (copyToStdout === true) throw invalid(file, line, 'COPY TO STDOUT is not supported in a check')
    return { text: statement.text, line, column: index.positionAt(statement.start).column }
  })
}

function invalid(file: string, line: number, message: string): SkillsError {
  return new SkillsError('CHECK_FILE_INVALID', `${file}:${line}: ${message}`, {
    hint: 'write `-- check: ID`, `-- title: TEXT`, `-- remedy: TEXT` and a query that returns one row (object, expected, actual) for each fault; see docs/verify.md',
    diagnostics: [{ severity: 'error', code: 'CHECK_FILE_INVALID', message, file, line }],
  })
}
