import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex } from '../../core/positions.ts'
import { plural } from '../../core/text.ts'
import type { FailureFacts } from './failure-facts.ts'
import { GUARD } from '../ledger/lock.ts'

/** One line: which file, and why. */
export function failureMessage({ migration, error, atEnd }: FailureFacts): string {
  const when = atEnd === undefined ? '' : atEnd === 'commit' ? ' when it was committed' : ' when it was written into the ledger'
  return `${migration.file} failed${when}: ${error.message} (SQLSTATE ${error.code})`
}

/** The place, what the server says about it, what it or the catalog advises. */
export function failureDiagnostic({ migration, statement, location, error, atEnd, suggestion }: FailureFacts): Diagnostic {
  const index = new LineIndex(migration.text)
  const lastLine = index.positionAt(statement.end).line
  const isSomewhere = !location.exact && atEnd === undefined && lastLine > statement.line
  const message = [
    error.message,
    ...labelled('DETAIL', error.detail),
    ...labelled('CONTEXT', error.where),
    ...(isSomewhere ? [`somewhere in the statement of lines ${statement.line} to ${lastLine}`] : []),
  ]
  const hint = [error.hint, suggestion].filter((part) => part !== undefined).join(' ')
  return {
    severity: 'error',
    code: error.code,
    message: message.join('\n'),
    file: migration.file,
    ...index.positionAt(statement.start + location.offset),
    ...(hint === '' ? {} : { hint }),
  }
}

/** In what state the database is, and what to do next. */
export function failureHint(facts: FailureFacts): string {
  return [stateOf(facts), ...filesBefore(facts), remedy(facts)].join('; ')
}

function stateOf({ migration, statement }: FailureFacts): string {
  const { file, noTransaction, statements } = migration
  if (!noTransaction) return 'its transaction was rolled back: nothing of it was applied'
  const previous = statements[statement.index - 1]
  const done =
    previous === undefined
      ? `${file} runs without a transaction and none of its statements is done`
      : `${file} runs without a transaction: ${statement.index} of its ${plural(statements.length, 'statement')} (to line ${new LineIndex(migration.text).positionAt(previous.end).line}) stay done, and the next run goes on at line ${statement.line}`
  const isIndex = statement.kind.verb === 'CREATE INDEX' && /\bconcurrently\b/i.test(statement.text)
  return isIndex ? `${done}; an INVALID index that it may have left behind is dropped by the next run` : done
}

function filesBefore({ appliedBefore = 0 }: FailureFacts): string[] {
  if (appliedBefore === 0) return []
  return [appliedBefore === 1 ? 'the file before it stays applied' : `the ${appliedBefore} files before it stay applied`]
}

const AGAIN = 'run skills migrate again'

/** Not every failure is the file's. */
function remedy({ migration, error }: FailureFacts): string {
  if (RETRY.test(error.code)) return AGAIN
  if (error.code === GUARD.invalidIndex) return `drop that index and ${AGAIN}`
  if (SURROUNDINGS.test(error.code)) return `put that right on the server and ${AGAIN}`
  // our own files cannot be changed by who installed them
  return migration.source.own ? `change what stands in its way in the database and ${AGAIN}` : `mend ${migration.file} and ${AGAIN}`
}

/** Serialization failure, deadlock, statement cancelled. */
const RETRY = /^(?:40...|57014)$/
/** Missing privilege, out of resources, operator's doing, fault of the system. */
const SURROUNDINGS = /^(?:42501|53...|57...|58...)$/

const LONGEST = 1000

/** `DETAIL: ...`, further lines indented. A context can hold a whole INSERT. */
function labelled(label: string, text: string | undefined): string[] {
  if (text === undefined) return []
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
  return [`${label}: ${shown.replaceAll(/\r?\n/g, '\n  ')}`]
}
