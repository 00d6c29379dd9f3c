import type { ParsedMigration } from '../files/migration-file.ts'
import type { RunSettings } from './run-settings.ts'
import type { SentFiles } from './send-files.ts'
import { messageCount, sendFiles } from './send-files.ts'

/** Messages of one parcel. Behind one that fails the server logs an error for each of the rest. */
const MOST_MESSAGES = 64
/** The first is small: the server has something to do while the next is made. */
const FIRST_MESSAGES = 12
/** Parcels under way at once: while the server works on one, the next is made, and the answers to the last are read. */
const UNDER_WAY = 2
/** A file with more statements than this, or more text, is run by itself: it may take long, and it is told when it is done. */
const SMALL = { statements: 12, text: 16_384 }

/** The first files of `pending` that can be sent together: small ones, each in its own transaction. */
export function smallFiles(pending: readonly ParsedMigration[]): ParsedMigration[] {
  const firstOther = pending.findIndex(
    ({ noTransaction, statements, text }) => noTransaction || statements.length > SMALL.statements || text.length > SMALL.text,
  )
  return firstOther === -1 ? [...pending] : pending.slice(0, firstOther)
}

/**
 * Sends files in parcels, the next before the answers to the last are in. `onStart` is called as the server comes to
 * each file behind the first, `onDone` with what became of a parcel. A file that finds something there already is left
 * for the careful way, and with it all behind it. Throws the failure that ended a file for good.
 */
export async function runAhead(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  onStart: (migration: ParsedMigration) => void,
  onDone: (parcel: readonly ParsedMigration[], files: SentFiles['files']) => void,
): Promise<void> {
  const underWay: { parcel: readonly ParsedMigration[]; result: Promise<SentFiles> }[] = []
  let failure: unknown
  let halted = false
  const settle = async (): Promise<void> => {
    const next = underWay.shift()
    if (next === undefined) return
    const { files, failure: own } = await next.result
    onDone(next.parcel, files)
    failure ??= own
    halted ||= files.includes('left')
  }
  const followers = new Map(migrations.map((migration, i) => [migration, migrations[i + 1]]))
  const onEnd = (migration: ParsedMigration): void => {
    const follower = followers.get(migration)
    if (follower !== undefined) onStart(follower)
  }
  let previous: ParsedMigration | undefined
  for (const parcel of parcels(migrations)) {
    if (underWay.length === UNDER_WAY) await settle()
    if (halted) break
    const result = sendFiles(settings, parcel, previous, onEnd)
    // of two that fail with the connection, the first is the news
    result.catch(() => undefined)
    underWay.push({ parcel, result })
    previous = parcel.at(-1)
  }
  while (underWay.length > 0) await settle()
  if (failure !== undefined) throw failure
}

function parcels(migrations: readonly ParsedMigration[]): ParsedMigration[][] {
  const all: ParsedMigration[][] = []
  let messages = Infinity
  for (const migration of migrations) {
    messages += messageCount(migration)
    if (messages > (all.length === 1 ? FIRST_MESSAGES : MOST_MESSAGES)) {
      all.push([])
      messages = messageCount(migration)
    }
    all.at(-1)?.push(migration)
  }
  return all
}
