import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { packageVersion } from '../config/package-files.ts'
import { EXIT, reasonOf, type ExitCode } from '../core/errors.ts'
import { systemError } from '../core/os-error.ts'
import { COMMANDS } from './command-table.ts'
import { createIo, isWritten, watchStreams, writeOut } from './output/io.ts'
import { parsePlain } from './parse/plain.ts'
import type { RawInput } from './parse/read-values.ts'
import type { CommandSpec } from './parse/spec.ts'
import type { Executor } from './run/run-command.ts'

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
watchStreams(() => {
  // the result was lost; a code that says more stays
  process.once('exit', (code) => (process.exitCode = Math.max(code, EXIT.usage)))
})

void main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    // scripts run this often: no parser is needed
    writeOut(`${packageVersion()}\n`)
    return
  }
  process.once('beforeExit', failUnfinished)
  const plain = parsePlain(argv, COMMANDS)
  process.exitCode = plain === undefined ? await parseAndRun(argv) : await run(plain.spec, plain.input)
  process.off('beforeExit', failUnfinished)
  leave()
}

/** Node ends with exit code 0 when nothing is left that could happen, also in the middle of a command. */
function failUnfinished(): void {
  fail(new Error('the command waits for something that cannot happen any more'))
}

const GRACE_MS = 1_000

/** The embedded engine, when it cannot open a folder, leaves a timer that would keep the process alive. */
function leave(): void {
  setTimeout(() => (isWritten() ? process.exit() : leave()), GRACE_MS).unref()
}

/** For an error that no command has caught: of the operating system, or a bug. */
function fail(error: unknown): void {
  void import('./run/report-failure.ts').then(
    ({ reportFailure }) => process.exit(reportFailure(error)),
    () => process.exit(failPlainly(error)),
  )
}

/** Without the code for it, which cannot be loaded: too many files are open, or the package is not complete. */
function failPlainly(error: unknown): ExitCode {
  const known = systemError(error)
  createIo({ color: false }, process.env).err(
    known === undefined ? `this is a bug in skills: ${reasonOf(error)}` : `error [${known.code}] ${known.message}\n  → ${known.hint ?? ''}`,
  )
  return known?.exitCode ?? EXIT.bug
}

/** Everything but a plain command line. */
async function parseAndRun(argv: readonly string[]): Promise<ExitCode> {
  const { parseAndPrint } = await import('./run/parse-and-print.ts')
  const parsed = await parseAndPrint(argv, COMMANDS)
  return typeof parsed === 'number' ? parsed : run(parsed.spec, parsed.input)
}

/** Loads the module of a command from dist/, the lean ones as CommonJS (`.ci/build.js`), and runs it. */
async function run({ name }: CommandSpec, input: RawInput): Promise<ExitCode> {
  const folder = name.replaceAll(' ', '-')
  const lean = fileURLToPath(new URL(`../lean/${folder}.cjs`, import.meta.url))
  const module: unknown = existsSync(lean)
    ? createRequire(import.meta.url)(lean)
    : await import(new URL(`../cli/commands/${folder}/run.js`, import.meta.url).href)
  return (module as { execute: Executor }).execute(input)
}
