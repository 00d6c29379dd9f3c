import type { CodeKind, CodePage } from './code-page.ts'
import { CODE_KINDS } from './code-page.ts'

const HEADS: Readonly<Record<Exclude<CodeKind, 'sqlstate'>, { title: string; text: string }>> = {
  error: {
    title: 'Errors',
    text: 'Why a command ended. With `--json` the code is `error.code`. A code never changes its meaning or its exit code.',
  },
  check: { title: 'Checks', text: 'What `skills verify` asks of a database. The id of a check is the code of its faults.' },
  rule: { title: 'Rules', text: 'What `skills sync` and `skills lint` say about the files of skills.' },
  hazard: {
    title: 'Hazards',
    text: 'What `skills migrate --dry-run` warns of in migration files. [migrate-hazards.md](migrate-hazards.md) says how they are found, and what is not looked for.',
  },
}

/** docs/codes.md: every page there is, as `skills explain` has it. */
export function renderCodes(pages: readonly CodePage[]): string {
  const sections = CODE_KINDS.map((kind) => {
    const { title, text } = HEADS[kind]
    return [`## ${title}`, text, ...pages.filter((page) => page.kind === kind).map(renderPage)].join('\n\n')
  })
  const intro =
    'Every code that this tool prints, as `skills explain CODE` explains it. This file is made from the same text: change the text in `src/core/error-texts.ts`, `src/explain`, `src/registry/rules` or the header of a check, then run `npm run test:unit -- explain -u`.'
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
