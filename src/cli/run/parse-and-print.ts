import { EXIT, SkillsError, type ExitCode } from '../../core/errors.ts'
import { jsonWithoutSecrets } from '../../core/redaction.ts'
import { PLAIN } from '../../render/style.ts'
import { envelope } from '../output/envelope.ts'
import { errorView } from '../output/error-view.ts'
import { createIo } from '../output/io.ts'
import { adviceFor, type Advice } from '../parse/peer-words.ts'
import { parseCommandLine, type Parsed } from '../parse/program.ts'
import type { CommandSpec } from '../parse/spec.ts'

/** Parses a command line. Prints help and usage errors, and returns their exit code; returns a command to run. */
export async function parseAndPrint(
  argv: readonly string[],
  commands: readonly CommandSpec[],
): Promise<ExitCode | Extract<Parsed, { kind: 'run' }>> {
  const words = adviceFor(argv, new Set(commands.map((spec) => spec.name)))
  if (words !== undefined) return printUsageError(argv, words)
  const parsed = await parseCommandLine(argv, commands)
  if (parsed.kind === 'run') return parsed
  if (parsed.kind === 'error') return printUsageError(argv, { ...parsed, hint: `run ${['skills', parsed.name].join(' ').trim()} --help` })
  createIo({}, process.env).out(parsed.text.trimEnd())
  return EXIT.ok
}

function printUsageError(argv: readonly string[], { name, message, hint }: Advice): ExitCode {
  const io = createIo({}, process.env)
  const error = new SkillsError('USAGE', message, { hint })
  if (argv.includes('--json')) io.document(jsonWithoutSecrets(envelope(name, false, null, error)))
  else io.err(errorView(error, PLAIN).join('\n'))
  return error.exitCode
}
