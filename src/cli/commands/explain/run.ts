import { explainCodes, findCode } from '../../../api/explain.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { CodePage } from '../../../explain/pages.ts'
import type { CommandResult } from '../../output/context.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { codeListView, codePageView } from './view.ts'

export type Report = { codes: Pick<CodePage, 'code' | 'kind' | 'title'>[] } | { page: CodePage }

export const execute = executor(spec, async (_context, _flags, [word]): Promise<CommandResult<Report>> => {
  const pages = await explainCodes()
  if (word === undefined) {
    const codes = pages.map(({ code, kind, title }) => ({ code, kind, title }))
    return { report: { codes }, view: (style, width) => codeListView(codes, style, width) }
  }
  const { page, near } = await findCode(pages, word)
  if (page !== undefined) return { report: { page }, view: (style, width) => codePageView(page, style, width) }
  throw new SkillsError('USAGE', `unknown code "${word}"${near === undefined ? '' : `; did you mean ${near}?`}`, {
    hint: near === undefined ? 'run skills explain to list all codes' : `run skills explain ${near}`,
  })
})
