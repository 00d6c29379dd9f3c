import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'

/** The forms in which a result can be told. */
export const REPORTERS = ['text', 'json', 'github', 'junit', 'sarif', 'tap'] as const

export type ReporterName = (typeof REPORTERS)[number]

/** One report and where it goes. */
export interface Destination {
  reporter: ReporterName
  /** Standard output unless given. */
  file?: string
}

export interface ReporterFlags {
  json?: boolean
  reporter?: string[]
  output?: string
}

/** These may share standard output with each other; every other report is a document and must be there alone. */
const LINES: ReadonlySet<ReporterName> = new Set(['text', 'github'])

/**
 * Where the result goes: `--reporter NAME` to standard output, `--reporter NAME=FILE` into a file, any number of them;
 * `--output FILE` names the file of the one document among those without. Throws USAGE.
 */
export function chooseDestinations({ json, reporter = [], output }: ReporterFlags): Destination[] {
  const named = reporter.flatMap((entry) => (entry.includes('=') ? [entry] : entry.split(','))).map(parseReporter)
  if (json === true && !named.some((one) => one.reporter === 'json' && one.file === undefined)) named.push({ reporter: 'json' })
  if (named.length === 0) named.push({ reporter: 'text' })
  const destinations = output === undefined ? named : withOutput(named, output)
  refuseClashes(destinations)
  return destinations
}

function parseReporter(text: string): Destination {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  const reporter = REPORTERS.find((known) => known === name)
  if (reporter === undefined) {
    const near = nearest(name, REPORTERS)
    throw new SkillsError('USAGE', `there is no reporter "${name}"${near === undefined ? '' : `; did you mean ${near}?`}`, {
      hint: `reporters: ${REPORTERS.join(', ')}; with a file: --reporter junit=report.xml`,
    })
  }
  if (at === -1) return { reporter }
  const file = text.slice(at + 1)
  if (file === '') throw new SkillsError('USAGE', `--reporter ${text} names no file`, { hint: `write --reporter ${name}=FILE` })
  return file === '-' ? { reporter } : { reporter, file }
}

/** The file goes to the document; to the lines only where there is none. */
function withOutput(named: readonly Destination[], output: string): Destination[] {
  const free = named.filter(({ file }) => file === undefined)
  const documents = free.filter(({ reporter }) => !LINES.has(reporter))
  const candidates = documents.length > 0 ? documents : free
  const [first] = candidates
  if (candidates.length !== 1 || first === undefined) {
    throw new SkillsError(
      'USAGE',
      `--output names one file, and ${candidates.length === 0 ? 'no' : 'more than one'} report could go there`,
      {
        hint: 'give each its own: --reporter junit=report.xml --reporter json=report.json',
      },
    )
  }
  return named.map((one) => (one === first && output !== '-' ? { ...one, file: output } : one))
}

function refuseClashes(destinations: readonly Destination[]): void {
  const onStdout = destinations.filter(({ file }) => file === undefined)
  const document = onStdout.find(({ reporter }) => !LINES.has(reporter))
  if (document !== undefined && onStdout.length > 1) {
    throw new SkillsError('USAGE', `${onStdout.map(({ reporter }) => reporter).join(' and ')} cannot share standard output`, {
      hint: `give ${document.reporter} a file: --reporter ${document.reporter}=FILE`,
    })
  }
  const files = destinations.flatMap(({ file }) => file ?? [])
  const twice = files.find((file, i) => files.indexOf(file) !== i)
  if (twice !== undefined) throw new SkillsError('USAGE', `two reports would go into ${twice}`, { hint: 'give each a file of its own' })
}
