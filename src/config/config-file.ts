import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../core/diagnostics.ts'
import { SkillsError } from '../core/errors.ts'
import { LineIndex, type Position } from '../core/positions.ts'
import { nearest } from '../core/text.ts'
import { DATABASE_SETTINGS, RULES_KEY, SETTINGS, type SettingSpec } from './setting-table.ts'

type KeyValue<S> = S extends { repeatable: true } ? string | string[] : S extends { type: unknown } ? string : boolean

/** The content of `skills.config.json` (or `.js`, `.mjs`, `.cjs`). Paths are relative to the file. */
export type ConfigFile = {
  [K in keyof typeof SETTINGS | keyof typeof DATABASE_SETTINGS]?: KeyValue<(typeof SETTINGS & typeof DATABASE_SETTINGS)[K]>
} & {
  /** The severity of a rule of `skills lint` by its code: off, note, warning or error. */
  rules?: Readonly<Record<string, string>>
}

export interface LoadedConfigFile {
  path: string
  config: ConfigFile
}

const NAMES = ['skills.config.json', 'skills.config.js', 'skills.config.mjs', 'skills.config.cjs']

/** Finds the configuration file in `cwd` or a folder above it, or reads the file that was named. */
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
    // the message of the parser can quote the text, and with it a password
    const offset = /at position (\d+)/.exec(String(error))?.[1]
    throw invalid(file, 'invalid JSON', undefined, offset === undefined ? {} : new LineIndex(content).positionAt(Number(offset)))
  }
}

/** Most projects have no such file. Checking for one is cheaper than loading lilconfig. */
function isAnywhereAbove(cwd: string): boolean {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    if (NAMES.some((name) => existsSync(path.join(folder, name)))) return true
    if (folder === path.dirname(folder)) return false
  }
}

function checked(value: unknown, file: string): ConfigFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(file, 'the file must contain an object')
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$schema') continue
    const shape = SHAPES.get(key)
    if (shape === undefined) {
      const keys = [...SHAPES.keys()]
      const near = nearest(key, keys)
      throw invalid(file, `unknown key "${key}"${near === undefined ? '' : `; did you mean "${near}"?`}`, `known keys: ${keys.join(', ')}`)
    }
    if (!shape.fits(entry)) throw invalid(file, `invalid value ${JSON.stringify(entry)} for "${key}" (expected ${shape.expected})`)
  }
  return value as ConfigFile
}

interface Shape {
  expected: string
  fits: (value: unknown) => boolean
}

const isString = (value: unknown): boolean => typeof value === 'string'
const ONE: Shape = { expected: 'a string', fits: isString }
const MANY: Shape = {
  expected: 'a string or a list of strings',
  fits: (value) => isString(value) || (Array.isArray(value) && value.every(isString)),
}
const YES_OR_NO: Shape = { expected: 'true or false', fits: (value) => typeof value === 'boolean' }
const WORDS: Shape = {
  expected: 'an object of strings',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isString),
}

/** What each key must be. */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ...Object.values<SettingSpec>({ ...DATABASE_SETTINGS, ...SETTINGS }).map(
    ({ key, type, repeatable }) => [key, repeatable === true ? MANY : type === undefined ? YES_OR_NO : ONE] as const,
  ),
  [RULES_KEY, WORDS] as const,
])
function invalid(file: string, reason: string, hint?: string, position: Partial<Position> = {}): SkillsError {
  const diagnostic: Diagnostic = { severity: 'error', code: 'CONFIG_INVALID', message: reason, file, ...position }
  return new SkillsError('CONFIG_INVALID', `${file}: ${reason}`, { diagnostics: [diagnostic], ...(hint === undefined ? {} : { hint }) })
}
