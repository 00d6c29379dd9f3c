import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { settingChanges } from '../../sqltext/statements/settings.ts'
import { transactionModes, type TransactionModes } from '../../sqltext/statements/transactions.ts'
import type { ParsedStatement } from './parse-migration.ts'
import type { Unfit } from './unfit.ts'

/** The statements of a file without those that are about its transaction, which the runner begins and commits. */
export interface OwnTransaction {
  /** To be sent. */
  statements: ParsedStatement[]
  /** For the BEGIN of the runner, as `ISOLATION LEVEL SERIALIZABLE`. */
  modes: string[]
  faults: (Unfit & { start: number })[]
}

/**
 * A file is one transaction. So a BEGIN and a COMMIT around all of its statements change nothing, and are not sent; settings may
 * stand before and after them. The modes of that BEGIN, and of a SET TRANSACTION before the first other statement, become those of the
 * BEGIN of the runner: the server refuses them after the first query of a transaction, and the lock is one.
 */
export function ownTransaction(all: readonly ParsedStatement[], directive: TransactionModes['isolation']): OwnTransaction {
  const wrapper = findWrapper(all)
  const statements = all.filter((statement) => !wrapper.includes(statement))
  const first = statements.findIndex((statement) => !isSetting(statement))
  const leading = statements.slice(0, first === -1 ? undefined : first)
  const asking = [...wrapper, ...leading].flatMap((statement) => {
    const modes = statement.kind.transaction === 'commit' ? undefined : transactionModes(new Cursor(statement.text))
    return modes === undefined ? [] : [{ statement, modes }]
  })
  const sent = statements.filter((statement) => !asking.some((entry) => entry.statement === statement))
  const isolation = asking.findLast(({ modes }) => modes.isolation !== undefined)?.modes.isolation ?? directive
  const access = asking.findLast(({ modes }) => modes.access !== undefined)?.modes.access
  return {
    statements: sent.map((statement, index) => ({ ...statement, index })),
    modes: [...(isolation === undefined ? [] : [`ISOLATION LEVEL ${isolation}`]), ...(access === undefined ? [] : [access])],
    faults: asking.flatMap(({ statement, modes }) => {
      const fault = refusal(modes, directive)
      return fault === undefined ? [] : [{ ...fault, start: statement.start }]
    }),
  }
}

/** The BEGIN and the COMMIT around the file; empty when there are others, or other statements before or after them. */
function findWrapper(all: readonly ParsedStatement[]): ParsedStatement[] {
  const controls = all.filter(({ kind }) => kind.transaction !== undefined)
  const [begin, commit] = controls
  if (controls.length !== 2 || begin?.kind.transaction !== 'begin' || commit?.kind.transaction !== 'commit') return []
  // COMMIT PREPARED is about another transaction
  if (commit.kind.outsideTransaction !== undefined) return []
  const outside = all.filter(({ start }) => start < begin.start || start > commit.start)
  return outside.every(isSetting) && !/\bchain\b/i.test(commit.text.replace(/\bno\s+chain\b/i, '')) ? [begin, commit] : []
}

/** A statement that changes settings and nothing else. */
function isSetting({ kind: { verb }, text }: ParsedStatement): boolean {
  if (verb === 'SELECT') return settingChanges(text).length > 0 && !/\bfrom\b/i.test(text)
  return verb === 'SET' || verb === 'RESET' || verb === 'SET TRANSACTION'
}

function refusal({ isolation, access, other }: TransactionModes, directive: TransactionModes['isolation']): Unfit | undefined {
  if (access === 'READ ONLY')
    return { message: 'READ ONLY: the transaction of a migration writes its ledger row', hint: 'remove READ ONLY' }
  if (other !== undefined)
    return {
      message: `${other}: a migration cannot give its transaction this mode`,
      hint: 'the modes are ISOLATION LEVEL ..., READ WRITE and [NOT] DEFERRABLE',
    }
  if (directive !== undefined && isolation !== undefined && directive !== isolation)
    return {
      message: `ISOLATION LEVEL ${isolation} contradicts the directive isolation=${directive.toLowerCase().replace(' ', '-')}`,
      hint: 'remove one of the two',
    }
  return undefined
}
