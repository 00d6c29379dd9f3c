import { packageVersion } from '../config/package-files.ts'
import { EXIT, reasonOf, type ExitCode } from '../core/errors.ts'
import { systemError } from '../core/os-error.ts'
import { createIo, isWritten, watchStreams, writeOut } from './output/io.ts'

/** The program: `run` takes the arguments, does the work of a command and returns the exit code. */
export function main(run: (argv: readonly string[]) => Promise<ExitCode>): void {
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  watchStreams(() => {
    // the result was lost; a code that says more stays
    process.once('exit', (code) => (process.exitCode = Math.max(code, EXIT.usage)))
  })
  void start(process.argv.slice(2), run)
}

async function start(argv: readonly string[], run: (argv: readonly string[]) => Promise<ExitCode>): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    // scripts run this often: no command is needed
    writeOut(`${packageVersion()}\n`)
    return
  }
  process.once('beforeExit', failUnfinished)
  process.exitCode = await run(argv)
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
