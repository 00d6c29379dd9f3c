import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../core/diagnostics.ts'
import { SkillsError } from '../core/errors.ts'
import type { Position } from '../core/positions.ts'
import { LineIndex } from '../core/positions.ts'
import { nearest } from '../core/text.ts'

/** What `skills.config.json` (or `.js`, `.mjs`, `.cjs`) may say. Paths are relative to the file. */
export interface ConfigFile {
  databaseUrl?: string
  /** The server itself, past a pooler; `skills migrate` prefers it. */
  directUrl?: string
  embedded?: string
  schema?: string
  ledger?: string
  /** Folders of skills. */
  skills?: string | string[]
  /** By what the registry knows the rows of this project. */
  rootLabel?: string
  /** Where ids of skills come from: `name` or `path`. */
  namespace?: string
  /** Read one-line values with an unquoted `: ` as if they were quoted. */
  lenient?: boolean
  /** Folders of the user's own migrations, run after the package's. */
  migrations?: string | string[]
  /** Folders of the user's own check files, for `skills verify`. */
  checks?: string | string[]
  /** The severity of a rule of `skills lint` by its code: off, note, warning or error. */
  rules?: Readonly<Record<string, string>>
}

export interface LoadedConfigFile {
  path: string
  config: ConfigFile
}

/** `words` is an object of strings. */
type ValueType = 'string' | 'strings' | 'words' | 'boolean'

const KEYS: Readonly<Record<keyof ConfigFile, ValueType>> = {
  databaseUrl: 'string',
  directUrl: 'string',
  embedded: 'string',
  schema: 'string',
  ledger: 'string',
  skills: 'strings',
  rootLabel: 'string',
  namespace: 'string',
  lenient: 'boolean',
  migrations: 'strings',
  checks: 'strings',
  rules: 'words',
}

const NAMES = ['skills.config.json', 'skills.config.js', 'skills.config.mjs', 'skills.config.cjs']

/** Finds the configuration file in `cwd` or a folder above it, or reads the one that was named. */
export async function loadConfigFile(cwd: string, named: string | undefined): Promise<LoadedConfigFile | undefined> {
  if (named === undefined && !isAnywhereAbove(cwd)) return undefined
  const { default: library } = await import('lilconfig')
  const explorer = library.lilconfig('skills', { searchPlaces: NAMES, cache: false, loaders: { '.json': readJson } })
  try {
    const found = named === undefined ? await explorer.search(cwd) : await explorer.load(path.resolve(cwd, named))
    if (found === null || found.isEmpty === true) return undefined
    return { path: found.filepath, config: checked(found.config, found.filepath) }
  } catch (error) {
    if (error instanceof SkillsError) throw error
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new SkillsError('CONFIG_INVALID', `the configuration file ${named ?? 'skills.config'} cannot be read: ${reason}`, {
      cause: error,
    })
  }
}

function readJson(file: string, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (error) {
    // the parser's own message can quote the text, and a password with it
    const offset = /at position (\d+)/.exec(String(error))?.[1]
    throw invalid(file, 'it is not valid JSON', undefined, offset === undefined ? {} : new LineIndex(content).positionAt(Number(offset)))
  }
}

/** Most projects have none, and looking is cheaper than loading what finds it. */
function isAnywhereAbove(cwd: string): boolean {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    if (NAMES.some((name) => existsSync(path.join(folder, name)))) return true
    if (folder === path.dirname(folder)) return false
  }
}

function checked(value: unknown, file: string): ConfigFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(file, 'it must hold an object')
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$schema') continue
    const type = (KEYS as Readonly<Record<string, ValueType>>)[key]
    if (type === undefined) {
      const near = nearest(key, Object.keys(KEYS))
      throw invalid(
        file,
        `unknown key "${key}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
        `known keys: ${Object.keys(KEYS).join(', ')}`,
      )
    }
    if (!FITS[type](entry)) throw invalid(file, `"${key}" must be ${EXPECTED[type]}`)
  }
  return value as ConfigFile
}

const EXPECTED: Readonly<Record<ValueType, string>> = {
  string: 'a string',
  strings: 'a string or a list of strings',
  words: 'an object of strings',
  boolean: 'true or false',
}

const FITS: Readonly<Record<ValueType, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  string: isString,
  strings: (value) => isString(value) || (Array.isArray(value) && value.every(isString)),
  words: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isString),
}

function isString(value: unknown): boolean {
  return typeof value === 'string'
}

function invalid(file: string, reason: string, hint?: string, position: Partial<Position> = {}): SkillsError {
  const diagnostic: Diagnostic = { severity: 'error', code: 'CONFIG_INVALID', message: reason, file, ...position }
  return new SkillsError('CONFIG_INVALID', `${file}: ${reason}`, { diagnostics: [diagnostic], ...(hint === undefined ? {} : { hint }) })
}
