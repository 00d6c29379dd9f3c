import { checkSources } from '../config/package-files.ts'
import type { CodePage } from '../explain/code-page.ts'
import { readChecks } from '../verify/read-checks.ts'

/** The pages of `skills explain`: errors, checks, rules and hazards, in the order of the list. */
export async function explainCodes(): Promise<CodePage[]> {
  // long texts that nobody else needs
  const { errorPages } = await import('../explain/error-pages.ts')
  const { checkPages } = await import('../explain/check-pages.ts')
  const { rulePages } = await import('../explain/rule-pages.ts')
  const { hazardPages } = await import('../explain/hazard-pages.ts')
  const { RULES } = await import('../registry/rules/rules.ts')
  const checks = await readChecks(checkSources())
  return [...errorPages(), ...checkPages(checks), ...rulePages(RULES), ...hazardPages()]
}

/** The page of a code, also of a SQLSTATE; else the code that was likely meant. */
export async function findCode(pages: readonly CodePage[], word: string): Promise<{ page?: CodePage; near?: string }> {
  const { findPage } = await import('../explain/find-page.ts')
  const { sqlstatePage } = await import('../explain/sqlstate-page.ts')
  const found = findPage(pages, word)
  const sqlstate = found.page === undefined ? sqlstatePage(word) : undefined
  return sqlstate === undefined ? found : { page: sqlstate }
}
