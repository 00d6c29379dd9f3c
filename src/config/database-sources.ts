import type { LoadedConfigFile } from './config-file.ts'
import type { Environment } from './pg-environment.ts'
import { locatingVariables } from './pg-environment.ts'

interface Sources {
  flags: { databaseUrl?: string | undefined; embedded?: string | true | undefined }
  env: Environment
  dotenv: Environment
  file: LoadedConfigFile | undefined
}

/** Everything that names a database, in the order of precedence and with the names that settings use for origins. */
export function databaseSources({ flags, env, dotenv, file }: Sources): string[] {
  const variables = locatingVariables({ ...dotenv, ...env })
  return [
    ...(flags.databaseUrl === undefined ? [] : ['--database-url']),
    ...(flags.embedded === undefined ? [] : ['--embedded']),
    ...(env['DATABASE_URL'] === undefined ? [] : ['DATABASE_URL']),
    ...(dotenv['DATABASE_URL'] === undefined ? [] : ['DATABASE_URL in .env']),
    ...(variables.length === 0 ? [] : [variables.join(', ')]),
    ...(file?.config.databaseUrl === undefined && file?.config.embedded === undefined ? [] : [file.path]),
  ]
}
