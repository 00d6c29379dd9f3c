import { CODE_KINDS, type CodeKind, type CodePage } from './pages.ts'

const HEADS: Readonly<Record<Exclude<CodeKind, 'sqlstate'>, { title: string; text: string }>> = {
  error: {
    title: 'Errors',
    text: 'Why a command ended. With `--json` the code is `error.code`. The meaning and the exit code of a code never change.',
  },
  check: { title: 'Checks', text: 'The checks of `skills verify`. The id of a check is the code of its faults.' },
  rule: { title: 'Rules', text: 'The rules of `skills lint` and `skills sync` for the files of skills.' },
  hazard: {
    title: 'Hazards',
    text: 'Warnings of `skills migrate --dry-run` about migrations. [migrate-hazards.md](migrate-hazards.md) describes how hazards are found, and which cases are not covered.',
  },
}

/** The text of docs/codes.md. */
export function codesMarkdown(pages: readonly CodePage[]): string {
  const sections = CODE_KINDS.map((kind) => {
    const { title, text } = HEADS[kind]
    return [`## ${title}`, text, ...pages.filter((page) => page.kind === kind).map(renderPage)].join('\n\n')
  })
  const intro =
    'Every code that this tool prints, as `skills explain CODE` explains it. This file is generated. To change a text, change it at its source (`src/core/error-texts.ts`, the header of a check in `sql/verify`, a rule in `src/registry/rules`, a hazard in `src/sqltext/hazards`) and run `npm run generate`.'
  return `${['# Codes', intro, ...sections].join('\n\n')}\n`
}

function renderPage({ code, title, facts, meaning, example, remedies }: CodePage): string {
  return [
    `### \`${code}\``,
    `${title}. _${facts.join('; ')}_`,
    ...meaning,
    `${FENCE}${example.language}\n${example.text}\n${FENCE}`,
    remedies.map((remedy) => `- ${remedy}`).join('\n'),
  ].join('\n\n')
}

const FENCE = '```'
