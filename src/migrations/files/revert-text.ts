import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { classify } from '../../sqltext/statements/classify.ts'
import { variableUses, type VariableUse } from '../../sqltext/statements/variable-uses.ts'
import { inverseOf, type NoInverse } from './inverse.ts'
import type { ParsedMigration, ParsedStatement } from './parse-migration.ts'

/** The text of a migration that undoes another one. Throws NO_EXACT_INVERSE with the statements that have none. */
export function revertText(migration: ParsedMigration): string {
  const unknown = migration.statements.filter(({ text }) => variableUses(text).some(({ form }) => form === 'text'))
  const inverse = inverseOf({ statements: migration.statements.map(withPlaceholders) })
  const without = [
    ...unknown.map((statement) => ({ statement, reason: 'the value of a variable can be any part of it' })),
    ...('without' in inverse ? inverse.without.filter(({ statement: { start } }) => unknown.every((one) => one.start !== start)) : []),
  ]
  if ('without' in inverse || without.length > 0)
    throw noInverse(
      migration,
      without.toSorted((a, b) => a.statement.start - b.statement.start),
    )
  const statements = inverse.statements.map(withVariables)
  if (statements.length === 0)
    throw new SkillsError('NO_EXACT_INVERSE', `${migration.version} leaves nothing behind that a migration could undo`, {
      hint: 'no file was created',
    })
  const isConcurrent = statements.some((statement) => statement.startsWith('DROP INDEX CONCURRENTLY'))
  return [
    ...(isConcurrent ? ['-- skills: no-transaction'] : []),
    `-- Reverts ${migration.version}, drafted from its text: read it before you apply it.`,
    ...(statements.some((statement) => /^DROP TABLE|\bDROP COLUMN/.test(statement))
      ? ['-- It deletes the rows and values that were written since.']
      : []),
    '',
    ...statements.map((statement) => `${statement};`),
    '',
  ].join('\n')
}

/** No character of a name or of a text that people write. */
const MARK = '\ue013'
const PLACEHOLDER = /(["'])\ue013(\w+)\1/gu

/** A statement with names and texts that stand for its variables: the inverse is the same whatever their values are. */
function withPlaceholders(statement: ParsedStatement): ParsedStatement {
  let text = ''
  let last = 0
  for (const { name, form, start, end } of variableUses(statement.text)) {
    text += statement.text.slice(last, start) + (PLACEHOLDERS[form]?.(name) ?? statement.text.slice(start, end))
    last = end
  }
  text += statement.text.slice(last)
  return { ...statement, text, kind: classify(text) }
}

const PLACEHOLDERS: Readonly<Record<VariableUse['form'], ((name: string) => string) | undefined>> = {
  identifier: (name) => `"${MARK}${name}"`,
  literal: (name) => `'${MARK}${name}'`,
  'is set': () => 'TRUE',
  text: undefined,
}

function withVariables(statement: string): string {
  return statement.replace(PLACEHOLDER, ':$1$2$1')
}

function noInverse({ version, file }: ParsedMigration, without: readonly NoInverse[]): SkillsError {
  const diagnostics = without.map(({ statement: { kind, line, column }, reason }): Diagnostic => ({
    severity: 'error',
    code: 'NO_EXACT_INVERSE',
    message: `${kind.verb}: ${reason}`,
    file,
    line,
    column,
  }))
  return new SkillsError('NO_EXACT_INVERSE', `${plural(without.length, 'statement')} of ${version} without an exact inverse`, {
    hint: `no file was created; write the way back yourself: skills migrate new "revert ${version}"`,
    diagnostics,
  })
}
