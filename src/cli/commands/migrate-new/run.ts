import path from 'node:path'
import { newMigration } from '../../../api/new-migration.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { NewMigrationReport } from '../../../migrations/files/new-migration.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

const DEFAULT_FOLDER = 'migrations'

export type Report = NewMigrationReport

export const execute = executor(spec, async (context, flags, [name]): Promise<CommandResult<Report>> => {
  const { migrations } = await settingsWithoutDatabase(context, flags)
  const directory = migrations.value[0] ?? DEFAULT_FOLDER
  const { revert } = flags
  if (name === undefined && revert === undefined)
    throw new SkillsError('USAGE', 'the name of the migration is missing', { hint: 'say what it does: skills migrate new "add ratings"' })
  const created = await newMigration({
    directory: path.resolve(context.cwd, directory),
    name,
    revert,
    migrations: migrations.value.length > 0 ? migrations.value : [directory],
  })
  const report = { ...created, file: path.join(directory, path.basename(created.file)) }
  const isConfigured = flags.migrations === undefined && migrations.origin !== 'default'
  const next = isConfigured ? 'skills migrate' : `skills migrate --migrations ${directory}`
  return {
    report,
    view: (style) => [
      `${style.green('created')} ${report.file}`,
      style.dim(`${revert === undefined ? 'write' : 'read'} the SQL, then run ${next}`),
    ],
  }
})
