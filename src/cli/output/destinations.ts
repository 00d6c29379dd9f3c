import { SkillsError } from '../../core/errors.ts'
import type { Destination, ReporterName } from '../parse/common-options.ts'

/** The flags that choose the form of a result. */
export interface Forms {
  json?: boolean | undefined
  reporter?: readonly (readonly Destination[])[] | undefined
  output?: string | undefined
}

/** These may share standard output with each other. Every other report is a document of its own. */
const LINES: ReadonlySet<ReporterName> = new Set(['text', 'github'])

/**
 * Where the result goes: `--reporter NAME` to standard output, `--reporter NAME=FILE` to a file, any number of them.
 * `--output FILE` is the file of the one document without a file. Throws USAGE.
 */
export function chooseDestinations({ json, reporter = [], output }: Forms): Destination[] {
  const named = reporter.flat()
  if (json === true && !named.some((one) => one.reporter === 'json' && one.file === undefined)) named.push({ reporter: 'json' })
  if (named.length === 0) named.push({ reporter: 'text' })
  const destinations = output === undefined ? named : withOutput(named, output)
  refuseClashes(destinations)
  return destinations
}

/** Two documents cannot share standard output. */
export function stdoutClash(names: readonly string[], hint: string): SkillsError {
  return new SkillsError('USAGE', `${names.join(' and ')} cannot share standard output`, { hint })
}

/** The file is for the document; for the lines only when there is no document. */
function withOutput(named: readonly Destination[], output: string): Destination[] {
  const free = named.filter(({ file }) => file === undefined)
  const documents = free.filter(({ reporter }) => !LINES.has(reporter))
  const candidates = documents.length > 0 ? documents : free
  const [first] = candidates
  if (candidates.length !== 1 || first === undefined) {
    const reason = candidates.length === 0 ? 'every report has a file already' : 'more than one report has no file'
    throw new SkillsError('USAGE', `--output cannot be used: ${reason}`, {
      hint: 'give each report a file: --reporter junit=report.xml --reporter json=report.json',
    })
  }
  return named.map((one) => (one === first && output !== '-' ? { ...one, file: output } : one))
}

function refuseClashes(destinations: readonly Destination[]): void {
  const onStdout = destinations.filter(({ file }) => file === undefined).map(({ reporter }) => reporter)
  const document = onStdout.find((reporter) => !LINES.has(reporter))
  if (document !== undefined && onStdout.length > 1) throw stdoutClash(onStdout, `give ${document} a file: --reporter ${document}=FILE`)
  const files = destinations.flatMap(({ file }) => file ?? [])
  const twice = files.find((file, i) => files.indexOf(file) !== i)
  if (twice !== undefined)
    throw new SkillsError('USAGE', `two reports have the same file ${twice}`, { hint: 'give each report its own file' })
}
