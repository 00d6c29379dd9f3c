import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { loadConfigFile, type LoadedConfigFile } from './config-file.ts'
import type { Environment } from './pg-environment.ts'

/** A value with its origin, for messages and `skills doctor`. */
export interface Setting<T> {
  value: T
  origin: string
}

/** Where settings come from when the command line does not give them. */
export interface Sources {
  env: Environment
  dotenv: Environment
  file: LoadedConfigFile | undefined
  cwd: string
}

/** Reads `.env` of the working folder, and the configuration file. */
export async function readSources(env: Environment, cwd: string, config: string | undefined): Promise<Sources> {
  return { env, dotenv: await readDotenv(cwd), file: await loadConfigFile(cwd, config), cwd }
}

/** A variable of the environment, else of `.env`. */
export function fromEnvironment(name: string, env: Environment, dotenv: Environment): Setting<string> | undefined {
  const value = env[name]
  if (value !== undefined) return { value, origin: name }
  const other = dotenv[name]
  return other === undefined ? undefined : { value: other, origin: `${name} in .env` }
}

/** A path of the configuration file, relative to the working folder. */
export function relativeTo(cwd: string, file: LoadedConfigFile, entry: string): string {
  if (entry === 'memory') return entry
  return path.relative(cwd, path.resolve(path.dirname(file.path), entry)) || '.'
}

async function readDotenv(cwd: string): Promise<Environment> {
  const file = path.join(cwd, '.env')
  if (!existsSync(file)) return {}
  const { default: dotenv } = await import('dotenv')
  return dotenv.parse(readFileSync(file, 'utf8'))
}
