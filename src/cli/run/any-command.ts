import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExitCode } from '../../core/errors.ts'
import { COMMANDS } from '../command-table.ts'
import { parsePlain } from '../parse/plain.ts'
import type { Executor } from './run-command.ts'

/** Runs the command that the arguments name, or prints help or what is wrong with them. */
export async function runAnyCommand(argv: readonly string[]): Promise<ExitCode> {
  // the full parser is needed for help and errors
  const parsed = parsePlain(argv, COMMANDS) ?? (await (await import('./parse-and-print.ts')).parseAndPrint(argv, COMMANDS))
  if (typeof parsed === 'number') return parsed
  const folder = parsed.spec.name.replaceAll(' ', '-')
  const file = path.join(import.meta.dirname, '..', 'cli', 'commands', folder, 'run.js')
  const module: unknown = await import(pathToFileURL(file).href)
  return (module as { execute: Executor }).execute(parsed.input)
}
