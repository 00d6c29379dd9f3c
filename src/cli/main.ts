import { EXIT } from '../core/errors.ts'
import { redact } from '../core/redaction.ts'
import { ignoreClosedPipes } from './io.ts'
import { runProgram } from './program.ts'

// Any error that reaches this point is a fault of ours: say so, keep the stack for the report.
function bug(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(redact(`this is a bug in skills; please report it with the lines below\n${stack}\n`))
  process.exit(EXIT.bug)
}

process.on('uncaughtException', bug)
process.on('unhandledRejection', bug)
ignoreClosedPipes()
process.exitCode = await runProgram(process.argv.slice(2))
