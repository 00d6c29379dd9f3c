import { CODE_KINDS } from '../../../api/explain.ts'
import { printable } from '../../../core/text.ts'
import type { CodePage } from '../../../explain/pages.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable, wrap } from '../../../render/table.ts'

const TITLES = {
  error: 'Errors',
  check: 'Checks of skills verify',
  rule: 'Rules for the files of skills',
  hazard: 'Hazards in migrations',
} as const
/** Longer lines are hard to read. */
const PROSE = 96

/** The page of a code. */
export function codePageView({ code, kind, title, facts, meaning, example, remedies }: CodePage, style: Style, width: number): string[] {
  const columns = Math.min(width, PROSE)
  const paragraph = (text: string): string[] => fill(printable(text), columns)
  return [
    ...wrap(`${style.bold(printable(code))}  ${printable(title)}`, columns),
    style.dim([kind, ...facts].join(', ')),
    ...meaning.flatMap((text) => ['', ...paragraph(text)]),
    ...(example.text === '' ? [] : ['', 'Example:', ...example.text.split('\n').map((line) => `  ${printable(line)}`.trimEnd())]),
    '',
    'What to do:',
    ...remedies.flatMap((remedy) => fill(printable(remedy), columns - 4).map((line, i) => `  ${i === 0 ? style.cyan('→') : ' '} ${line}`)),
  ]
}

/** All codes with their titles. */
export function codeListView(codes: readonly Pick<CodePage, 'code' | 'kind' | 'title'>[], style: Style, width: number): string[] {
  const sections = CODE_KINDS.flatMap((kind) => {
    const rows = codes.filter((entry) => entry.kind === kind).map(({ code, title }) => [printable(code), printable(title)])
    const table = renderTable([{ title: 'code' }, { title: 'about', shrink: true, least: 20 }], rows, width, style)
    return [style.bold(TITLES[kind]), ...table.slice(1).map((line) => `${line}`), '']
  })
  return [...sections, 'run skills explain CODE for details']
}

function fill(text: string, width: number): string[] {
  return wrap(text, width).map((line) => line.trimStart())
}
