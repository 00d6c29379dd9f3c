import { isCopyBinary } from '../../sqltext/statements/copy.ts'
import { isTrue, settingChanges } from '../../sqltext/statements/settings.ts'
import type { TransactionControl } from '../../sqltext/statements/transactions.ts'
import type { ParsedStatement } from './parse-migration.ts'

/** Why a statement cannot run in a migration, and what to do. */
export interface Unfit {
  message: string
  hint: string
}

/** Why the statement cannot run; undefined when it can. `offset`: the place in the statement. */
export function unfit(statement: ParsedStatement, noTransaction: boolean): (Unfit & { offset?: number }) | undefined {
  const { kind, text } = statement
  if (kind.copyToStdout === true)
    return { message: 'COPY ... TO STDOUT has no reader in a migration', hint: 'remove it, or COPY to a file on the server' }
  if (kind.copyFromStdin && isCopyBinary(text))
    return { message: 'COPY ... FROM STDIN cannot read binary rows from a text file', hint: 'write the rows in the text or CSV format' }
  if (kind.transaction !== undefined) return misplacedControl(kind.verb, kind.transaction, noTransaction)
  if (kind.outsideTransaction !== undefined && !noTransaction) {
    return {
      message: `${kind.outsideTransaction} cannot run inside a transaction`,
      hint: 'move it to a file of its own that begins with the line `-- skills: no-transaction`',
    }
  }
  return unfitSetting(text)
}

function misplacedControl(verb: string, control: TransactionControl, noTransaction: boolean): Unfit {
  const message = `${verb} at the top level of a migration`
  if (noTransaction) return { message: `${verb} in a no-transaction file`, hint: IN_PIECES }
  return { message, hint: CONTROL_HINTS[control] }
}

const IN_PIECES =
  'remove it: each statement of such a file is committed when it is complete; move statements that belong together to a file without the directive'

const WHOLE_FILE = 'a file is one transaction; BEGIN as its first and COMMIT as its last statement are accepted'

const CONTROL_HINTS: Readonly<Record<TransactionControl, string>> = {
  begin: `${WHOLE_FILE}: remove this one, or move each transaction to a file of its own`,
  commit: `${WHOLE_FILE}: remove this one, or move the statements after it to a file of their own`,
  rollback: `remove it: ${WHOLE_FILE}; when a statement fails, the file is rolled back`,
  savepoint: 'remove it: when a statement fails, the file is rolled back; to continue after an error, use EXCEPTION in a DO block',
  release: 'remove it, and its SAVEPOINT: when a statement fails, the file is rolled back',
  prepare: `remove it: ${WHOLE_FILE}, and skills commits it together with its ledger row`,
}

/** Settings that change how the server reads the text of the file, which is split before it is sent. */
function unfitSetting(text: string): (Unfit & { offset: number }) | undefined {
  for (const { name, value, offset } of settingChanges(text)) {
    if (name === 'standard_conforming_strings' && value !== undefined && !isTrue(value)) {
      return {
        message: 'standard_conforming_strings = off changes what a backslash in a string means',
        hint: "remove it, and write strings with a backslash escape as E'...'",
        offset,
      }
    }
    if (name === 'client_encoding' && value !== undefined && !UTF8.has(value.replaceAll(/[^a-z0-9]/g, ''))) {
      return {
        message: `client_encoding = ${value}: a migration is a UTF-8 file, and is sent as UTF-8`,
        hint: 'save the file as UTF-8, and remove the statement',
        offset,
      }
    }
  }
  return undefined
}

const UTF8: ReadonlySet<string> = new Set(['utf8', 'unicode'])
