import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import path from 'node:path'
import { newMigration } from '../../../api/new-migration.ts'
import { loadSettings } from '../../../config/settings.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import type { NewMigrationReport } from '../../../migrations/files/new-migration.ts'

export interface NewMigrationFlags extends CommonFlags {
  dir?: string[]
  config?: string
}

const DEFAULT_FOLDER = 'migrations'

export type Report = NewMigrationReport

export const execute: Executor = executor('migrate new', newMigrationCommand)

/** Needs no database: it only writes a file. */
async function newMigrationCommand(context: Context, flags: NewMigrationFlags, words: readonly string[]): Promise<CommandResult<Report>> {
  const { migrations } = await loadSettings({ migrations: flags.dir, config: flags.config, embedded: 'memory' }, context.env, context.cwd)
  const directory = migrations.value[0] ?? DEFAULT_FOLDER
  const made = await newMigration({ directory: path.resolve(context.cwd, directory), name: words.join(' ') })
  const report = { ...made, file: path.join(directory, path.basename(made.file)) }
  const next = flags.dir === undefined && migrations.origin !== 'default' ? 'skills migrate' : `skills migrate --dir ${directory}`
  return { report, view: (style) => [`${style.green('made')} ${report.file}`, style.dim(`write your SQL into it, then: ${next}`)] }
}
