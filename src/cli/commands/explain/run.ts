import { SkillsError } from '../../../core/errors.ts'
import { explainCodes, findCode } from '../../../api/explain.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { codeListView, codePageView } from './view.ts'
import type { CodePage } from '../../../explain/pages.ts'

export type Report = { codes: Pick<CodePage, 'code' | 'kind' | 'title'>[] } | { page: CodePage }

export const execute: Executor = executor('explain', explainCommand)

async function explainCommand(_context: Context, _flags: CommonFlags, [word]: readonly string[]): Promise<CommandResult<Report>> {
  const pages = await explainCodes()
  if (word === undefined) {
    const codes = pages.map(({ code, kind, title }) => ({ code, kind, title }))
    return { report: { codes }, view: (style, width) => codeListView(codes, style, width) }
  }
  const { page, near } = await findCode(pages, word)
  if (page !== undefined) return { report: { page }, view: (style, width) => codePageView(page, style, width) }
  throw new SkillsError('USAGE', `there is no code "${word}"${near === undefined ? '' : `; did you mean ${near}?`}`, {
    hint: near === undefined ? 'skills explain lists them all' : `skills explain ${near}`,
  })
}
