import { packageVersion } from '../config/package-files.ts'
import { EXIT } from '../core/errors.ts'
import { redact } from '../core/redaction.ts'
import { COMMANDS } from './command-table.ts'
import { ignoreClosedPipes } from './output/io.ts'
import { loadCommand } from './load-command.ts'
import { parsePlain } from './parse/plain.ts'

// Any error that reaches this point is a fault of ours: say so, keep the stack for the report.
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
    // scripts ask this most often: not worth a parser
    process.stdout.write(`${packageVersion()}\n`)
    return
  }
  const plain = parsePlain(argv, COMMANDS)
  if (plain === undefined) {
    const { runProgram } = await import('./parse/program.ts')
    process.exitCode = await runProgram(argv)
  } else {
    const execute = await loadCommand(plain.command)
    process.exitCode = await execute(plain.flags, plain.args)
  }
}
