import { checkSources } from '../config/package-files.ts'
import { ERROR_EXITS, type ErrorCode } from '../core/errors.ts'
import {
  checkPages,
  CODE_KINDS as KINDS,
  errorPages,
  findPage,
  hazardPages,
  rulePages,
  sqlstatePage,
  type CodePage,
  type HazardFacts,
} from '../explain/pages.ts'
import { readChecks } from '../verify/read-checks.ts'

/** The kinds of codes, in the order of the list. */
export const CODE_KINDS: typeof KINDS = KINDS

/**
 * The pages of `skills explain`: errors, checks, rules and hazards, in the order of the list. docs/codes.md has the same
 * pages.
 *
 * @example
 * const pages = await explainCodes()
 * console.log(pages.filter(({ kind }) => kind === 'rule').map(({ code, title }) => `${code}: ${title}`))
 */
export async function explainCodes(): Promise<CodePage[]> {
  // loaded on demand: the texts are long, and only `skills explain` needs them
  const { ERROR_TEXTS } = await import('../core/error-texts.ts')
  const { RULES } = await import('../registry/rules/rules.ts')
  const errors = Object.entries(ERROR_TEXTS).map(([code, text]) => [code, { ...text, exitCode: ERROR_EXITS[code as ErrorCode] }])
  return [
    ...errorPages(Object.fromEntries(errors)),
    ...checkPages(readChecks(checkSources())),
    ...rulePages(RULES),
    ...hazardPages(await hazardFacts()),
  ]
}

/**
 * The page of a code: one of `pages`, or a SQLSTATE of PostgreSQL. `near` is the code that was probably meant when there is
 * no page.
 *
 * @example
 * const { page, near } = await findCode(await explainCodes(), 'LOCK_TIMEOUT')
 * console.log(page?.remedies ?? `unknown code; did you mean ${near}?`)
 */
export async function findCode(pages: readonly CodePage[], word: string): Promise<{ page?: CodePage; near?: string }> {
  const found = findPage(pages, word)
  if (found.page !== undefined) return found
  const { SQLSTATE_CLASSES, SQLSTATE_TEXTS } = await import('../db/sqlstate-texts.ts')
  const page = sqlstatePage(word, { classes: SQLSTATE_CLASSES, texts: SQLSTATE_TEXTS })
  return page === undefined ? found : { page }
}

/** Each hazard type with its example, and the hazard found in the example. */
async function hazardFacts(): Promise<HazardFacts[]> {
  const { HAZARD_TYPES } = await import('../sqltext/hazards/find-hazards.ts')
  const { hazardInExample } = await import('../sqltext/hazards/hazard-run.ts')
  return HAZARD_TYPES.map((type) => ({ ...hazardInExample(type), title: type.title, sql: type.example }))
}
