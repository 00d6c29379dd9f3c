import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { packageVersion } from '../config/package-files.ts'
import { EXIT, type ExitCode } from '../core/errors.ts'
import { redact } from '../core/redaction.ts'
import { COMMANDS } from './command-table.ts'
import { ignoreClosedPipes } from './output/io.ts'
import { parsePlain } from './parse/plain.ts'
import type { RawInput } from './parse/read-values.ts'
import type { CommandSpec } from './parse/spec.ts'
import type { Executor } from './run/run-command.ts'

// every error that arrives here is a bug of this program: print the stack for the report
function bug(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(redact(`this is a bug in skills; please report it with the lines below\n${stack}\n`))
  process.exit(EXIT.bug)
}

process.on('uncaughtException', bug)
process.on('unhandledRejection', bug)
ignoreClosedPipes()

void main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    // scripts run this often: no parser is needed
    process.stdout.write(`${packageVersion()}\n`)
    return
  }
  const plain = parsePlain(argv, COMMANDS)
  process.exitCode = plain === undefined ? await parseAndRun(argv) : await run(plain.spec, plain.input)
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
