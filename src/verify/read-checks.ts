import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { splitStatements } from '../sqltext/split.ts'
import type { Check } from './check.ts'
import { CHECK_INPUTS, SEVERITIES } from './check.ts'

/** Reads the checks of every `.sql` file of the folders, in order of file name. */
export async function readChecks(folders: readonly string[]): Promise<Check[]> {
  const checks = (await Promise.all(folders.map(readFolder))).flat()
  const seen = new Map<string, Check>()
  for (const check of checks) {
    const other = seen.get(check.id)
    if (other !== undefined) throw invalid(check.file, check.line, `the check ${check.id} is also in ${other.file}:${other.line}`)
    seen.set(check.id, check)
  }
  return checks
}

async function readFolder(folder: string): Promise<Check[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  const files = await Promise.all(
    names.map(async (name) => parseChecks(await readFile(path.join(folder, name), 'utf8'), path.join(folder, name))),
  )
  return files.flat()
}

/** The checks of one file. A header line `-- check: ID` begins one, the header lines behind it describe it. */
export function parseChecks(text: string, file: string): Check[] {
  const lines = text.split(/\r?\n/)
  const starts = lines.flatMap((line, i) => (line.startsWith('-- check:') ? [i] : []))
  return starts.map((start, i) => parseCheck(lines.slice(start, starts[i + 1]), file, start + 1))
}

function parseCheck(lines: readonly string[], file: string, line: number): Check {
  const header = readHeader(lines)
  const { statements, faults } = splitStatements(lines.join('\n'))
  const query = statements.at(-1)
  if (query === undefined || faults.length > 0) throw invalid(file, line, faults[0]?.message ?? 'the check has no query')
  return {
    id: required(header, 'check', file, line),
    title: required(header, 'title', file, line),
    remedy: required(header, 'remedy', file, line),
    severity: oneOf(header.get('severity') ?? 'error', SEVERITIES, 'severity', file, line),
    gate: header.get('gate') === 'yes',
    input: header.has('input') ? oneOf(header.get('input') ?? '', CHECK_INPUTS, 'input', file, line) : undefined,
    file,
    line,
    setup: statements.slice(0, -1).map((statement) => statement.text),
    query: query.text,
  }
}

function readHeader(lines: readonly string[]): Map<string, string> {
  const header = new Map<string, string>()
  for (const line of lines) {
    const match = /^-- ([a-z]+): (.*)$/.exec(line)
    if (match === null) break
    header.set(match[1] ?? '', (match[2] ?? '').trim())
  }
  return header
}

function required(header: ReadonlyMap<string, string>, key: string, file: string, line: number): string {
  const value = header.get(key)
  if (value === undefined || value === '') throw invalid(file, line, `the header has no "${key}"`)
  return value
}

function oneOf<T extends string>(value: string, allowed: readonly T[], key: string, file: string, line: number): T {
  const found = allowed.find((entry) => entry === value)
  if (found === undefined) throw invalid(file, line, `${key} "${value}" is none of ${allowed.join(', ')}`)
  return found
}

function invalid(file: string, line: number, message: string): SkillsError {
  return new SkillsError('CHECK_FILE_INVALID', `${file}:${line}: ${message}`, {
    hint: 'a check is `-- check: ID`, `-- title: ...`, `-- remedy: ...` and a query that returns a row (object, expected, actual) per fault',
    diagnostics: [{ severity: 'error', code: 'CHECK_FILE_INVALID', message, file, line }],
  })
}
