import { createReadStream, statSync } from 'node:fs'
import path from 'node:path'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { grouped } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import { logEvents } from '../../../api/log-events.ts'
import type { EventLogReport } from '../../../telemetry/import-events.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { logView } from './view.ts'
import type { DatabaseReport } from '../../output/database-view.ts'

export interface LogFlags extends CommonFlags, DatabaseFlags {
  dryRun?: boolean
  maxErrors?: string
}

export type Report = {
  /** Null for a dry run. */
  database: DatabaseReport | null
  /** The file, or `-` for standard input. */
  source: string
  dryRun: boolean
} & EventLogReport

export const execute: Executor = executor('log', logCommand)

async function logCommand(context: Context, flags: LogFlags, [file = '-']: readonly string[]): Promise<CommandResult<Report>> {
  const maxErrors = readMaxErrors(flags.maxErrors)
  const input = file === '-' ? standardInput(context) : fileInput(path.resolve(context.cwd, file), file)
  const read = (db: Db | undefined): Promise<EventLogReport> =>
    logEvents(db, {
      input,
      maxErrors,
      onProgress: ({ lines, written }) => context.progress.update(`${grouped(lines)} lines read, ${grouped(written)} events written`),
    })
  const result = (db: Db | undefined, done: EventLogReport): CommandResult<Report> => {
    const report = { database: db === undefined ? null : databaseReport(db.info), source: file, dryRun: db === undefined, ...done }
    return { report, exit: done.rejected > 0 ? EXIT.no : EXIT.ok, view: (style) => logView(report, style) }
  }
  if (flags.dryRun === true) return result(undefined, await read(undefined))
  return withDatabase(context, flags, async (db) => result(db, await read(db)), { mustExist: true })
}

function standardInput({ io }: Context): AsyncIterable<Uint8Array | string> {
  const input = io.input()
  if (input !== undefined) return input
  throw new SkillsError('USAGE', 'there is nothing to read: standard input is a terminal', {
    hint: 'name a file, or pipe events in: skills log < events.ndjson',
  })
}

function fileInput(file: string, label: string): AsyncIterable<Uint8Array | string> {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory())
    throw new SkillsError('USAGE', `${label} is ${found === undefined ? 'not there' : 'a folder'}`, {
      hint: 'name a file of NDJSON, or - for standard input',
    })
  return createReadStream(file)
}

function readMaxErrors(text: string | undefined): number | undefined {
  const limit = text === undefined ? undefined : Number(text)
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 0 || text === ''))
    throw new SkillsError('USAGE', `--max-errors: "${text ?? ''}" is not a whole number from 0`, { hint: 'such as --max-errors 100' })
  return limit
}
