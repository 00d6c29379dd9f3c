import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
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

/** The time of dotenv grows with the square of the blank lines: 64 KiB of them took 13 seconds. */
const MOST = { characters: 64 * 1024, lines: 2_000 }

async function parse(file: string, text: string): Promise<LoadedEnvFile> {
  if (text.length > MOST.characters || text.split('\n', MOST.lines + 1).length > MOST.lines) {
    throw new SkillsError('CONFIG_INVALID', `${file} is not read: it is larger than 64 KiB, or has more than 2,000 lines`, {
      hint: 'write the variables of skills into a file of their own, and pass --env-file FILE',
    })
  }
  const { default: dotenv } = await import('dotenv')
  return { path: file, variables: dotenv.parse(text.replace(/^\uFEFF/, '')) }
}
