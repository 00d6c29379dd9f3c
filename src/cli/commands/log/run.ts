import { createReadStream, statSync } from 'node:fs'
import path from 'node:path'
import { logEvents } from '../../../api/log-events.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { isOsError } from '../../../core/os-error.ts'
import { grouped } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import type { EventLogReport } from '../../../telemetry/import-events.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseReport, type DatabaseReport } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { logView } from './view.ts'

export type Report = {
  /** Null for a dry run. */
  database: DatabaseReport | null
  /** The file, or `-` for standard input. */
  source: string
  dryRun: boolean
} & EventLogReport

export const execute = executor(spec, async (context, flags, [file = '-']): Promise<CommandResult<Report>> => {
  const input = file === '-' ? standardInput(context) : fileInput(path.resolve(context.cwd, file), file)
  const read = (db: Db | undefined): Promise<EventLogReport> =>
    logEvents(db, {
      input,
      userIdAs: flags.userIdAs,
      maxErrors: flags.maxErrors,
      onProgress: ({ lines, written }) => context.progress.update(`${grouped(lines)} lines read, ${grouped(written)} events written`),
    })
  const result = (db: Db | undefined, done: EventLogReport): CommandResult<Report> => {
    const report = { database: db === undefined ? null : databaseReport(db.info), source: file, dryRun: db === undefined, ...done }
    return { report, exit: done.rejected > 0 ? EXIT.no : EXIT.ok, view: (style) => logView(report, style) }
  }
  if (flags.dryRun === true) return result(undefined, await read(undefined))
  return withDatabase(context, flags, async (db) => result(db, await read(db)), { mustExist: true })
})

function standardInput({ io }: Context): AsyncIterable<Uint8Array | string> {
  const input = io.input()
  if (input !== undefined) return input
  throw new SkillsError('USAGE', 'no events to read: standard input is a terminal', {
    hint: 'name a file, or redirect one: skills log < events.ndjson',
  })
}

function fileInput(file: string, label: string): AsyncIterable<Uint8Array | string> {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || found.isDirectory())
    throw new SkillsError('USAGE', `${label} ${found === undefined ? 'does not exist' : 'is a folder'}`, {
      hint: 'name an NDJSON file, or - for standard input',
    })
  if (!found.isFile() && !IS_OPEN.test(file))
    throw new SkillsError('USAGE', `${label} is not a regular file`, { hint: 'read a pipe from standard input: skills log < PIPE' })
  return withPath(createReadStream(file), label)
}

/** Descriptors of this process, as in `skills log <(zcat events.gz)`. Any other pipe could wait for ever, and a device has no end. */
const IS_OPEN = /^\/dev\/(?:stdin|fd\/\d+)$/

/** Node gives the path for opening, and not for reading. */
async function* withPath(input: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* input
  } catch (error) {
    if (isOsError(error)) error.path ??= file
    throw error
  }
}
