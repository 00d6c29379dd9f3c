import type { Db } from '../../src/db/db.ts'
import { migrate, repair, rollUp, setSkills, sync } from '../../src/index.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import type { Fault } from '../../src/verify/report.ts'

/** One thing that a person does who follows a remedy. */
export interface Step {
  /** The statement or command, as it is printed. */
  text: string
  /** It cannot run in an open transaction. */
  ownTransaction: boolean
  run: (db: Db) => Promise<unknown>
}

/** What the remedies tell a person to do, in their order, each thing once. Empty when they have only words. */
export function stepsOf(faults: readonly Fault[], cwd: string): Step[] {
  const steps = faults.flatMap((fault) => [...statementsOf(fault), ...commandsOf(fault, cwd)])
  return steps.filter(({ text }, i) => steps.findIndex((step) => step.text === text) === i)
}

/** Whether a person who follows the remedy has to find out what to do. */
export function isInWords(fault: Fault): boolean {
  return stepsOf([fault], '').length === 0
}

const OUTSIDE = /\bCONCURRENTLY\b|^(?:VACUUM|ALTER SYSTEM|CREATE DATABASE|DROP DATABASE)\b/
const STATEMENT = /^(?:ALTER|ANALYZE|CLUSTER|COMMENT|CREATE|DELETE|DO|DROP|GRANT|INSERT|REFRESH|REINDEX|REVOKE|SELECT|UPDATE|VACUUM)\b/

/** As psql sends them, one after the other. Those of `sql` run whatever the search_path is. */
function statementsOf({ sql, remedy }: Fault): Step[] {
  if (sql === undefined && !STATEMENT.test(remedy)) return []
  return splitStatements(sql ?? remedy).statements.map(({ text }) => ({
    text,
    ownTransaction: OUTSIDE.test(text),
    run: async (db) => {
      if (sql !== undefined) await db.exec('SET search_path TO pg_catalog')
      await db.exec(text)
      if (sql !== undefined) await db.exec('RESET search_path')
    },
  }))
}

type Command = (db: Db, argument: string, cwd: string) => Promise<unknown>

/** The commands that remedies name, as library calls: each command is one. A command with other options is only mentioned. */
const COMMANDS: readonly (readonly [pattern: RegExp, ownTransaction: boolean, command: Command])[] = [
  [/^skills migrate$/, true, async (db) => throwError(await migrate(db))],
  [/^skills migrate repair (\S+) --forget(?: --yes)?$/, true, (db, version) => repair(db, { version, forget: true })],
  [/^skills migrate repair (\S+)(?: --yes)?$/, true, (db, version) => repair(db, { version })],
  [/^skills sync$/, false, (db, _, cwd) => sync(db, { cwd })],
  [/^skills enable (\S+)$/, false, (db, id) => setSkills(db, [id], { enabled: true })],
  [/^skills rollup( --rebuild)?$/, true, (db, rebuild) => rollUp(db, { rebuild: rebuild !== '' })],
]

/** `skills sync` in "run `skills sync`", and a remedy that is a command. */
function commandsOf({ sql, remedy }: Fault, cwd: string): Step[] {
  if (sql !== undefined) return []
  const named = [...remedy.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)
  return (named.length === 0 ? [remedy] : named).flatMap((text) =>
    COMMANDS.flatMap(([pattern, ownTransaction, command]): Step[] => {
      const match = pattern.exec(text)
      return match === null ? [] : [{ text, ownTransaction, run: (db) => command(db, match[1] ?? '', cwd) }]
    }),
  )
}

function throwError({ error }: { error?: Error }): void {
  if (error !== undefined) throw error
}
