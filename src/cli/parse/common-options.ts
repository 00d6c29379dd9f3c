import { DEFAULTS } from '../../config/defaults.ts'
import type { OptionSpec } from '../../config/option.ts'
import { DATABASE_SETTINGS, DATABASE_URL_FILE, SETTINGS } from '../../config/setting-table.ts'
import { duration, FILE, FOLDER, list, oneOf, type ValueType } from '../../config/values.ts'
import type { ArgumentSpec } from './spec.ts'

/** Every command takes these. */
export const OUTPUT_OPTIONS = [
  { flags: '--json', help: 'one JSON document on stdout, on failure too' },
  { flags: '-q, --quiet', help: 'errors only' },
  { flags: '--color', help: 'colors, also without a terminal' },
  { flags: '--no-color', help: 'no colors' },
] as const satisfies readonly OptionSpec[]

/** Every command with a database takes these. */
export const DATABASE_OPTIONS = [
  DATABASE_SETTINGS.databaseUrl,
  DATABASE_URL_FILE,
  DATABASE_SETTINGS.embedded,
  SETTINGS.schema,
  { flags: '--wait <time>', type: duration(), help: 'wait for a server that is starting, such as 30s' },
] as const satisfies readonly OptionSpec[]

/** How the files of skills are read. */
export const FORMAT_OPTIONS = [SETTINGS.namespace, SETTINGS.lenient] as const satisfies readonly OptionSpec[]
/** How skills are read: the same for every command that compares them with the registry. */
export const READING_OPTIONS = [SETTINGS.rootLabel, ...FORMAT_OPTIONS] as const satisfies readonly OptionSpec[]

export const SKILLS_ARGUMENT = {
  name: '[dir...]',
  help: 'folders of skills (default: skills)',
  type: FOLDER,
} as const satisfies ArgumentSpec

/** For a command that writes into one folder. */
export const SKILLS_OPTION = {
  flags: SETTINGS.skills.flags,
  key: SETTINGS.skills.key,
  type: FOLDER,
  help: 'folder of skills (default: the configured one)',
} as const satisfies OptionSpec & { key: string }

/** What `sync` and `diff` do, and how they read. */
export const SYNC_OPTIONS = [
  {
    flags: '--prune <action>',
    type: oneOf('disable', 'delete', 'keep'),
    default: DEFAULTS.prune,
    help: 'folder gone',
  },
  { flags: '--force-prune', help: 'prune also when it would be withheld' },
  { flags: '--no-cache', help: 'read every file, also unchanged ones' },
  ...READING_OPTIONS,
] as const satisfies readonly OptionSpec[]

/** The forms of a result. */
export const REPORTERS = ['text', 'json', 'github', 'junit', 'sarif', 'tap'] as const

export type ReporterName = (typeof REPORTERS)[number]

/** One report, and where it goes. */
export interface Destination {
  reporter: ReporterName
  /** Default: standard output. */
  file?: string
}

/** `NAME`, `NAME,NAME` or `NAME=FILE`; the file `-` is standard output. */
const DESTINATIONS: ValueType<Destination[]> = {
  expected: `${list(REPORTERS)}, or NAME=FILE`,
  values: REPORTERS,
  read: (text) => {
    const entries = text.includes('=') ? [text] : text.split(',')
    const found = entries.map(readDestination)
    return found.includes(undefined) ? undefined : found.flatMap((one) => one ?? [])
  },
}

function readDestination(text: string): Destination | undefined {
  const [, name, file] = /^([^=]*)(?:=([^]*))?$/.exec(text) ?? []
  const reporter = REPORTERS.find((known) => known === name)
  if (reporter === undefined || file === '') return undefined
  return file === undefined || file === '-' ? { reporter } : { reporter, file }
}

/** Every command that checks something takes these. */
export const REPORTER_OPTIONS = [
  { flags: '--reporter <name>', type: DESTINATIONS, repeatable: true, help: '' },
  { flags: '--output <file>', type: FILE, help: 'file for the report without a file' },
] as const satisfies readonly OptionSpec[]
