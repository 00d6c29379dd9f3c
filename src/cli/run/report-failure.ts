import { knownError } from '../../api/known-error.ts'
import { packageVersion } from '../../config/package-files.ts'
import { EXIT, reasonOf, type ExitCode } from '../../core/errors.ts'
import { PLAIN } from '../../render/style.ts'
import { errorView } from '../output/error-view.ts'
import { createIo } from '../output/io.ts'
import { readableStack } from './readable-stack.ts'

/** Prints an error that no command has caught, and returns the exit code. What is not known is a bug of this program. */
export function reportFailure(error: unknown): ExitCode {
  const { err } = createIo({ color: false }, process.env)
  const known = knownError(error, 'do this')
  if (known !== undefined) {
    err(errorView(known, PLAIN).join('\n'))
    return known.exitCode
  }
  const program = `skills ${packageVersion()} (Node.js ${process.version}, ${process.platform})`
  const where = 'please report it to its maintainers, with the lines below and the output of skills doctor'
  err(`this is a bug in ${program}: ${where}\n${error instanceof Error ? readableStack(error) : reasonOf(error)}`)
  return EXIT.bug
}
