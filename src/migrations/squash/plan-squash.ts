import { bytewise } from '../../core/bytewise.ts'
import { SkillsError } from '../../core/errors.ts'
import { LARGE_BYTES } from '../files/large-file.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { withoutReplaced } from '../files/replaced-files.ts'
import { unknownVersion } from '../ledger/plan.ts'

export interface SquashPlan {
  /** The files that run before: those of the package and of the folders before. */
  before: MigrationFile[]
  /** The old files, in order, as far as they run: those that another old one replaces do not. */
  covered: MigrationFile[]
  /** All old files. */
  files: MigrationFile[]
  /** All versions that the new file counts as, in order. */
  replaces: string[]
  /** Of the new file. */
  version: string
  /** The folder of the new file. */
  directory: string
}

/** Decides what a squash covers: the files of a folder up to and including `to`. Throws VERSION_UNKNOWN and USAGE. */
export function planSquash(files: readonly MigrationFile[], to: string, name: string | undefined): SquashPlan {
  const last = files.find(({ version }) => version === to)
  if (last === undefined)
    throw unknownVersion(
      to,
      files.map(({ version }) => version),
    )
  if (last.source.own)
    throw new SkillsError('USAGE', `${to} is a migration of the package`, { hint: 'squash migrations of your own folders' })
  if (last.repeatable)
    throw new SkillsError('USAGE', `${to} is repeatable: it stays beside a squash`, { hint: 'name the last versioned file to squash' })
  const { directory } = last.source
  const ofFolder = files.filter(({ source, repeatable }) => source.directory === directory && !repeatable)
  const at = ofFolder.indexOf(last)
  const covered = ofFolder.slice(0, at + 1)
  const next = ofFolder[at + 1]
  const long = covered.find(({ large }) => large !== undefined)
  if (long !== undefined)
    throw new SkillsError('USAGE', `${long.file} is too long to squash (more than ${LARGE_BYTES / 2 ** 20} MiB)`, {
      hint: 'it is data for the most part: name an earlier version with --to',
    })
  const first = files.findIndex(({ source }) => source.directory === directory)
  const earlier = files.slice(0, first)
  const before = [...withoutReplaced(earlier), ...files.filter(({ source, repeatable }) => source.own && repeatable)]
  const run = withoutReplaced(covered)
  if (covered.length < 2)
    throw new SkillsError('USAGE', `only ${to} would be squashed`, { hint: 'name a later version; one file for one file changes nothing' })
  return {
    before,
    covered: run,
    files: covered,
    replaces: [...new Set(covered.flatMap((file) => [...file.replaces, file.version]))],
    version: versionOf(to, name, next?.version),
    directory,
  }
}

/** A name that sorts where the last of the old files sorts: after it, and before the next one. */
function versionOf(to: string, name: string | undefined, next: string | undefined): string {
  const words = (name ?? 'squashed')
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join('_')
  if (words === '') throw new SkillsError('USAGE', `invalid name "${name ?? ''}" (expected at least one letter or digit)`)
  const version = name === undefined ? `${to}_${words}` : `${/^\d+/.exec(to)?.[0] ?? to}_${words}`
  if (sortsBefore(to, version) && (next === undefined || sortsBefore(version, next))) return version
  const place = next === undefined ? `after ${to}` : `between ${to} and ${next}`
  throw new SkillsError('USAGE', `the new file ${version} would not sort ${place}`, { hint: 'choose another one with --name' })
}

function sortsBefore(a: string, b: string): boolean {
  return bytewise(`${a}.sql`, `${b}.sql`) < 0
}
