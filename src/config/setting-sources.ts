import path from 'node:path'
import { findConfigFile, findProgramFile, readConfigFile, type LoadedConfigFile } from './config-file.ts'
import { findEnvFile, readEnvFile } from './env-file.ts'
import type { Environment } from './pg-environment.ts'
import { projectFolders } from './project-files.ts'

/** A value with its origin, for messages and `skills doctor`. */
export interface Setting<T> {
  value: T
  origin: string
}

/** Which files settings come from. */
export interface FileFlags {
  /** The configuration file; false reads none. Default: `skills.config.json` of the project. */
  config?: string | boolean | undefined
  /** A file with variables; false reads none. Default: `.env` of the project. */
  envFile?: string | boolean | undefined
}

/** The variables of one place. */
export interface VariableSource {
  variables: Environment
  /** After the name of a variable in messages: empty for the environment, ` in .env` for a file. */
  suffix: string
  /** Its relative paths begin here. */
  folder: string
}

/** Where settings come from when the command line does not give them. */
export interface Sources {
  /** The exported environment, then `.env`: the first is trusted more. */
  variables: readonly [exported: VariableSource, ...others: VariableSource[]]
  /** The path of `.env`, or of the file that was named. */
  envFile: string | undefined
  file: LoadedConfigFile | undefined
  /** A `skills.config.js` that lies where the configuration file is looked for. It is not read. */
  unreadProgram: string | undefined
  cwd: string
}

/** Reads the configuration file and `.env`, both found in the same way. Throws CONFIG_INVALID. */
export async function readSources(env: Environment, cwd: string, { config, envFile }: FileFlags): Promise<Sources> {
  const folders = config === false && envFile === false ? [] : projectFolders(cwd, env)
  const file = config === false ? undefined : typeof config === 'string' ? await readConfigFile(config, cwd) : await findConfigFile(folders)
  const variables =
    envFile === false ? undefined : typeof envFile === 'string' ? await readEnvFile(envFile, cwd) : await findEnvFile(folders)
  const exported: VariableSource = { variables: env, suffix: '', folder: cwd }
  return {
    variables:
      variables === undefined
        ? [exported]
        : [
            exported,
            {
              variables: variables.variables,
              suffix: ` in ${path.relative(cwd, variables.path)}`,
              folder: path.dirname(variables.path),
            },
          ],
    envFile: variables?.path,
    file,
    unreadProgram: file === undefined && config !== false ? findProgramFile(folders) : undefined,
    cwd,
  }
}

/** A path of a file, relative to the working folder. */
export function relativeTo(cwd: string, folder: string, entry: string): string {
  if (entry === 'memory') return entry
  return path.relative(cwd, path.resolve(folder, entry)) || '.'
}
