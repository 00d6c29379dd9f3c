import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'

export interface NewMigrationOptions {
  /** The folder of the file. It is created when it does not exist. */
  directory: string
  /** What the migration does, in words. */
  name: string
  now: Date
}

export interface NewMigrationReport {
  file: string
  version: string
}

/** Writes an empty migration `YYYYMMDDHHMMSS_name.sql` (UTC) that sorts after every file of its folder. */
export async function newMigration({ directory, name, now }: NewMigrationOptions): Promise<NewMigrationReport> {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join('_')
  if (words === '')
    throw new SkillsError('USAGE', `invalid migration name "${name}" (expected at least one letter or digit)`, {
      hint: 'name what the migration does, for example: skills migrate new add_ratings',
    })
  await mkdir(directory, { recursive: true })
  const names = (await readdir(directory)).filter((entry) => entry.endsWith('.sql'))
  const version = `${stamp(now, names)}_${words}`
  const file = path.join(directory, `${version}.sql`)
  await writeFile(file, `-- ${name}\n\n`, { flag: 'wx' })
  return { file, version }
}

/** The current time, or the highest number of the folder plus one if that is later. */
function stamp(now: Date, names: readonly string[]): string {
  const current = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const latest = names.reduce<string>((last, entry) => {
    const digits = /^\d+/.exec(entry)?.[0] ?? ''
    return digits > last ? digits : last
  }, '')
  if (latest < current) return current
  return (BigInt(latest) + 1n).toString().padStart(latest.length, '0')
}
