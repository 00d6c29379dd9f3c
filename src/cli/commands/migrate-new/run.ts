import path from 'node:path'
import { newMigration } from '../../../api/new-migration.ts'
import { remedyScript } from '../../../api/remedy-script.ts'
import { verify } from '../../../api/verify.ts'
import type { Settings } from '../../../config/settings.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { NewMigrationReport } from '../../../migrations/files/new-migration.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { settingsWithoutDatabase, withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

const DEFAULT_FOLDER = 'migrations'

/** With `--from-verify`, `file` and `version` are null when there is nothing to correct. */
export type Report = NewMigrationReport | { file: null; version: null }

type Flags = FlagsOf<typeof spec>

export const execute = executor(spec, async (context, flags, [name]): Promise<CommandResult<Report>> => {
  if (flags.fromVerify === true)
    return withDatabase(context, flags, (db, settings) => fromVerify(context, db, { flags, settings, name }), { mustExist: true })
  const { databaseUrl: _url, databaseUrlFile: _file, ...others } = flags
  const settings = await settingsWithoutDatabase(context, others)
  if (name === undefined && flags.revert === undefined)
    throw new SkillsError('USAGE', 'the name of the migration is missing', { hint: 'say what it does: skills migrate new "add ratings"' })
  return create(context, { flags, settings, name })
})

interface Draft {
  flags: Flags
  settings: Settings
  name: string | undefined
  text?: string
}

/** Checks the database, and drafts what corrects it. */
async function fromVerify(
  context: Context,
  db: Parameters<typeof verify>[0],
  { flags, settings, name = 'remedies of verify' }: Draft,
): Promise<CommandResult<Report>> {
  context.progress.update('running the checks')
  const report = await verify(db, {
    ...(settings.skills.origin === 'default' ? {} : { skills: settings.skills.value }),
    migrations: settings.migrations.value,
    variables: settings.variables.value,
    ledger: settings.ledger.value,
    cwd: context.cwd,
  })
  const { text, statements } = remedyScript(db, report)
  context.progress.stop()
  if (statements === 0)
    return { report: { file: null, version: null }, view: () => ['no migration was created: skills verify has no statement to run'] }
  return create(context, { flags, settings, name, text })
}

async function create(context: Context, { flags, settings, name, text }: Draft): Promise<CommandResult<Report>> {
  const { migrations } = settings
  const directory = migrations.value[0] ?? DEFAULT_FOLDER
  const { revert } = flags
  const created = await newMigration({
    directory: path.resolve(context.cwd, directory),
    name,
    revert,
    migrations: migrations.value.length > 0 ? migrations.value : [directory],
    ...(text === undefined ? {} : { text }),
  })
  const report = { ...created, file: path.join(directory, path.basename(created.file)) }
  const isConfigured = flags.migrations === undefined && migrations.origin !== 'default'
  const next = isConfigured ? 'skills migrate' : `skills migrate --migrations ${directory}`
  return {
    report,
    view: (style) => [
      `${style.green('created')} ${report.file}`,
      style.dim(`${revert === undefined && text === undefined ? 'write' : 'read'} the SQL, then run ${next}`),
    ],
  }
}
