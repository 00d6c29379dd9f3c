import { printable } from '../core/text.ts'
import { classify } from '../sqltext/statements/classify.ts'
import { splitStatements } from '../sqltext/statements/split.ts'
import type { CheckResult, Fault } from './report.ts'

/** What the header of the script says. */
export interface ScriptFacts {
  /** For people, without a password. */
  database: string
  schema: string
  /** The program, with its version. */
  tool: string
  now: Date
}

/** The remedies of a report as one file. */
export interface RemedyScript {
  text: string
  /** Statements that run; the others are comments. */
  statements: number
}

/**
 * Writes the remedies of the checks that failed or warn as a script for psql that is also a migration, in an order in which they can run.
 * Statements that lose something, and words, are comments. With a statement that cannot run in a transaction, the file begins with
 * `-- skills: no-transaction`. Pure.
 */
export function remedyScript(checks: readonly CheckResult[], facts: ScriptFacts): RemedyScript {
  const remedies = remediesOf(checks)
  const running = remedies.filter(({ fault }) => fault.sql !== undefined && fault.destructive !== true)
  const statements = running.flatMap(({ statements: own }) => own)
  const outside = statements.some((text) => classify(text).outsideTransaction !== undefined)
  return {
    text:
      [header(facts, outside), ...remedies.map(section), ...(remedies.length === 0 ? ['-- Nothing to correct.'] : [])].join('\n\n') + '\n',
    statements: statements.length,
  }
}

interface Remedy {
  id: string
  fault: Fault
  statements: string[]
}

/** In the order in which they can run. A remedy of several faults runs once. */
function remediesOf(checks: readonly CheckResult[]): Remedy[] {
  const seen = new Set<string>()
  const remedies: Remedy[] = []
  for (const { id, status, faults } of checks) {
    if (status !== 'failed' && status !== 'warning') continue
    for (const fault of faults) {
      const key = fault.sql ?? `${id} ${fault.remedy}`
      if (seen.has(key)) continue
      seen.add(key)
      remedies.push({ id, fault, statements: fault.sql === undefined ? [] : splitStatements(fault.sql).statements.map(({ text }) => text) })
    }
  }
  return remedies.toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** What is dropped comes first, then what others need; privileges come last, words at the end. */
const ORDER: readonly RegExp[] = [
  /^DROP (?!INDEX|VIEW|MATERIALIZED|FUNCTION|TRIGGER|RULE|POLICY)/,
  /^CREATE (?:TYPE|DOMAIN|SEQUENCE|UNLOGGED SEQUENCE|COLLATION|EXTENSION)|^ALTER (?:TYPE|DOMAIN) /,
  /^CREATE (?:UNLOGGED |FOREIGN )?TABLE|RENAME TO /,
  /^ALTER (?:FOREIGN )?TABLE (?:ONLY )?(?:"(?:[^"]|"")*"|[^\s."]+)(?:\.(?:"(?:[^"]|"")*"|[^\s."]+))? (?:ADD|RENAME|DROP) (?:COLUMN )/,
  /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)|^(?:ALTER|DROP) FUNCTION/,
  /^ALTER (?:FOREIGN )?TABLE (?!.* FOREIGN KEY)/s,
  /^(?:CREATE|CREATE UNIQUE|DROP|REINDEX|ALTER) INDEX/,
  /^ALTER TABLE /,
  /^(?:CREATE|DROP) (?:OR REPLACE )?(?:MATERIALIZED )?VIEW|^ALTER VIEW/,
  /^(?:CREATE|DROP) (?:RULE|TRIGGER|CONSTRAINT TRIGGER|POLICY|STATISTICS)/,
  /^COMMENT ON/,
]

function rankOf({ fault: { sql }, statements }: Remedy): number {
  // what is dropped and created again needs what the statements after the DROP need
  const first = statements.find((text) => !text.startsWith('DROP ')) ?? statements[0] ?? ''
  if (sql === undefined) return ORDER.length + 2
  if (/^(?:GRANT|REVOKE) /.test(first)) return ORDER.length + 1
  // the rows can refuse it, and nothing needs it
  if (first.startsWith('ALTER TABLE ') && statements.some(isForeignKey)) return ORDER.length + 1.5
  const rank = ORDER.findIndex((pattern) => pattern.test(first))
  return rank === -1 ? ORDER.length : rank
}

function isForeignKey(text: string): boolean {
  return text.includes(' ADD CONSTRAINT ') && text.includes(' FOREIGN KEY (')
}

function header({ database, schema, tool, now }: ScriptFacts, outside: boolean): string {
  return [
    ...(outside ? ['-- skills: no-transaction'] : []),
    `-- Remedies of skills verify (${tool}) for ${printable(database)}, schema ${printable(schema)}, ${now.toISOString()}.`,
    '-- Read it, then run it with psql -v ON_ERROR_STOP=1 -f FILE, or as a migration. What is commented out needs a decision.',
    '-- skills: remedies',
  ].join('\n')
}

/** Text of the database is on one line, or after a mark: it can end no comment, and is no directive. */
function section({ id, fault, statements }: Remedy): string {
  const head = `-- [${id}] ${printable(fault.object)}: expected ${printable(fault.expected)}, found ${printable(fault.actual)}`
  if (fault.sql === undefined) return `${head}\n--| ${printable(fault.remedy)}`
  const sql = statements.map((text) => `${text};`).join('\n')
  if (fault.destructive !== true) return `${head}\n${sql}`
  return [
    head,
    '-- Destructive: it removes what was found. To run it, remove the marks.',
    ...sql.split('\n').map((line) => `--| ${line}`),
  ].join('\n')
}
