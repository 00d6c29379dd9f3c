import type { Settings } from '../config/settings.ts'
import { describeTarget } from '../core/target.ts'
import { finding, fine, type DoctorSetting, type Finding } from './report.ts'

/** Every setting with its origin. `direct` is the database of `skills migrate`. */
export function settingsTable(settings: Settings, direct: Settings['database']): DoctorSetting[] {
  const { database, schema, ledger, skills, migrations, configFile, envFile } = settings
  const isOther = describeTarget(direct.value) !== describeTarget(database.value)
  return [
    row('database', describeTarget(database.value), database.origin),
    ...(isOther ? [row('database of migrate', describeTarget(direct.value), direct.origin)] : []),
    row('schema', schema.value ?? null, schema.value === undefined ? 'the search_path' : schema.origin),
    row('ledger', ledger.value, ledger.origin),
    row('skills', skills.value.join(', '), skills.origin),
    row('migrations', migrations.value.length === 0 ? null : migrations.value.join(', '), migrations.origin),
    row('configuration file', configFile ?? null, configFile === undefined ? 'none' : 'read'),
    row('.env', envFile ?? null, envFile === undefined ? 'none' : 'read'),
  ]
}

export function examineConfiguration({ database, configFile, unusedSources: unused, notes }: Settings): Finding[] {
  const openPasswordFile = database.value.kind === 'server' ? database.value.ignoredPasswordFile : undefined
  return [
    configFile === undefined ? fine('configuration.file', 'no configuration file in this project') : fine('configuration.file', configFile),
    database.origin === 'default'
      ? finding(
          'note',
          'configuration.database',
          `no database is configured: the ${describeTarget(database.value)} is used`,
          'to use a server, set DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE',
        )
      : fine('configuration.database', `${describeTarget(database.value)}, from ${database.origin}`),
    ...(unused.length === 0
      ? []
      : [
          finding(
            'note',
            'configuration.unused',
            `${unused.join(', ')} ${unused.length === 1 ? 'is' : 'are'} not used, because ${database.origin} takes precedence`,
            `remove ${database.origin} to use ${unused[0] ?? 'it'}`,
          ),
        ]),
    ...notes.map((note) => finding('note', 'configuration.unread', note, 'README.md, Which database, has the rules')),
    ...(openPasswordFile === undefined
      ? []
      : [
          finding(
            'warning',
            'configuration.password-file',
            `${openPasswordFile} is ignored, because other users can read it`,
            `chmod 600 ${openPasswordFile}`,
          ),
        ]),
  ]
}

function row(name: string, value: string | null, origin: string): DoctorSetting {
  return { name, value, origin }
}
