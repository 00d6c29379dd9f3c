import { statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from '../core/diagnostics.ts'
import { reasonOf, SkillsError } from '../core/errors.ts'
import { isOsError, osReason } from '../core/os-error.ts'
import { LineIndex, type Position } from '../core/positions.ts'
import { nearest } from '../core/text.ts'
import { findFile, readFoundFile } from './project-files.ts'
import { DATABASE_SETTINGS, RULES_KEY, SETTINGS, VARIABLES_KEY, type SettingSpec } from './setting-table.ts'
import { URL_TEXT } from './values.ts'

type KeyValue<S> = S extends { repeatable: true } ? string | string[] : S extends { type: unknown } ? string : boolean

/** The content of `skills.config.json`. Paths are relative to the file. */
export type ConfigFile = {
  [K in keyof typeof SETTINGS | keyof typeof DATABASE_SETTINGS]?: KeyValue<(typeof SETTINGS & typeof DATABASE_SETTINGS)[K]>
} & {
  /** The severity of a rule of `skills lint` by its code: off, note, warning or error. */
  rules?: Readonly<Record<string, string>>
  /** The values of variables in your own migrations, by name. `--var` overrides them. */
  variables?: Readonly<Record<string, string>>
}

export interface LoadedConfigFile {
  path: string
  config: ConfigFile
}

/** The only name that is looked for: a file that is found must never run code. */
export const CONFIG_NAME = 'skills.config.json'

/** Files of these names are programs: they run only when `--config` names them. */
const PROGRAMS = ['skills.config.js', 'skills.config.mjs', 'skills.config.cjs', 'skills.config.ts']
const PROGRAM = /\.[mc]?[jt]s$/
/** It may ask a server for a password. */
const LONGEST_RUN_MS = 30_000

/** Finds the configuration file of a project. */
export async function findConfigFile(folders: readonly string[]): Promise<LoadedConfigFile | undefined> {
  const file = findFile(folders, CONFIG_NAME)
  return file === undefined ? undefined : readJson(file, readFoundFile(file, ['--config', '--no-config']))
}

/** Reads the configuration file that was named, and runs it when it is a program. */
export async function readConfigFile(named: string, cwd: string): Promise<LoadedConfigFile | undefined> {
  const file = path.resolve(cwd, named)
  if (!PROGRAM.test(file)) {
    const { readNamedFile } = await import('./named-file.ts')
    return readJson(file, await readNamedFile(named, cwd, 'the configuration file'))
  }
  try {
    return { path: file, config: checked(await runProgram(file), file) }
  } catch (error) {
    if (error instanceof SkillsError) throw error
    const reason = isOsError(error) ? osReason(error) : (reasonOf(error).split('\n')[0] ?? '')
    const hint = /unknown file extension/i.test(reason)
      ? 'this version of Node runs no TypeScript: use a .mjs file, or Node 22.18'
      : undefined
    throw new SkillsError('CONFIG_INVALID', `the configuration file ${named} cannot be read: ${reason}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

/** What the program exports. Node would wait for a pipe, and ends with exit code 0 when a program awaits what never happens. */
async function runProgram(file: string): Promise<unknown> {
  if (!statSync(file).isFile()) throw new Error('it is not a regular file')
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end in ${LONGEST_RUN_MS / 1000} s`)), LONGEST_RUN_MS)
  })
  try {
    const module = (await Promise.race([import(pathToFileURL(file).href), tooLong])) as { default?: unknown }
    return module.default
  } finally {
    clearTimeout(timer)
  }
}

/** A configuration file that is a program and lies where one is looked for: it is not read. */
export function findProgramFile(folders: readonly string[]): string | undefined {
  return PROGRAMS.map((name) => findFile(folders, name)).find((file) => file !== undefined)
}

async function readJson(file: string, text: string): Promise<LoadedConfigFile | undefined> {
  const content = text.replace(/^\uFEFF/, '')
  if (content.trim() === '') return undefined
  const { JsoncError, parseJsonc } = await import('./jsonc.ts')
  const positionAt = (offset: number): Position => new LineIndex(content).positionAt(offset)
  try {
    const { value, keys } = parseJsonc(content)
    return {
      path: file,
      config: checked(value, file, (key) => {
        const offset = keys.get(key)
        return offset === undefined ? {} : positionAt(offset)
      }),
    }
  } catch (error) {
    // the text of the file can contain a password: no message quotes it
    throw error instanceof JsoncError ? invalid(file, `invalid JSON: ${error.message}`, undefined, positionAt(error.offset)) : error
  }
}

function checked(value: unknown, file: string, placeOf: (key: string) => Partial<Position> = () => ({})): ConfigFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(file, 'the file must contain an object')
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$schema') continue
    const shape = SHAPES.get(key)
    if (shape === undefined) {
      const keys = [...SHAPES.keys()]
      const near = nearest(key, keys)
      const reason = `unknown key "${key}"${near === undefined ? '' : `; did you mean "${near}"?`}`
      throw invalid(file, reason, `known keys: ${keys.join(', ')}`, placeOf(key))
    }
    if (!shape.fits(entry)) {
      const quoted = shape.isSecret === true ? '' : ` ${JSON.stringify(entry)}`
      throw invalid(file, `invalid value${quoted} for "${key}" (expected ${shape.expected})`, undefined, placeOf(key))
    }
  }
  return value as ConfigFile
}

interface Shape {
  expected: string
  fits: (value: unknown) => boolean
  /** The value can contain a password. */
  isSecret?: true
}

const isString = (value: unknown): boolean => typeof value === 'string'
const SECRET: Shape = { expected: 'a string', fits: isString, isSecret: true }
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
    ({ key, type, repeatable }) =>
      [key, repeatable === true ? MANY : type === undefined ? YES_OR_NO : type === URL_TEXT ? SECRET : ONE] as const,
  ),
  [RULES_KEY, WORDS] as const,
  [VARIABLES_KEY, { ...WORDS, isSecret: true }] as const,
])

function invalid(file: string, reason: string, hint?: string, position: Partial<Position> = {}): SkillsError {
  const diagnostic: Diagnostic = { severity: 'error', code: 'CONFIG_INVALID', message: reason, file, ...position }
  return new SkillsError('CONFIG_INVALID', `${file}: ${reason}`, { diagnostics: [diagnostic], ...(hint === undefined ? {} : { hint }) })
}
