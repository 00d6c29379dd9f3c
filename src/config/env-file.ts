import path from 'node:path'
import type { Environment } from './pg-environment.ts'
import { findFile, readFoundFile } from './project-files.ts'

/** The variables of a file such as `.env`. They are read, and never become variables of this process or of its children. */
export interface LoadedEnvFile {
  path: string
  variables: Environment
}

/** Finds `.env` where the configuration file is looked for. */
export async function findEnvFile(folders: readonly string[]): Promise<LoadedEnvFile | undefined> {
  const file = findFile(folders, '.env')
  return file === undefined ? undefined : parse(file, readFoundFile(file, ['--env-file', '--no-env-file']))
}

/** Reads the file that was named. */
export async function readEnvFile(named: string, cwd: string): Promise<LoadedEnvFile> {
  const { readNamedFile } = await import('./named-file.ts')
  return parse(path.resolve(cwd, named), await readNamedFile(named, cwd, 'the environment file'))
}

async function parse(file: string, text: string): Promise<LoadedEnvFile> {
  const { default: dotenv } = await import('dotenv')
  return { path: file, variables: dotenv.parse(text.replace(/^\uFEFF/, '')) }
}
