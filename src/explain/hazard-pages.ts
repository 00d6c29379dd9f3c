import type { CodePage } from './code-page.ts'

/** A hazard: a statement that causes it, and what `skills migrate --dry-run` prints for that statement. */
export interface HazardFacts {
  code: string
  title: string
  /** The statement. */
  sql: string
  /** Lock mode, such as `ACCESS EXCLUSIVE`; `NONE` without a lock. */
  lock: string
  blocks: 'reads and writes' | 'writes' | 'nothing'
  /** Whether the statement rewrites the data of the table. */
  rewrite: boolean
  message: string
  advice: string
}

const BLOCKS: Readonly<Record<HazardFacts['blocks'], string>> = {
  'reads and writes': 'others cannot read or write',
  writes: 'others cannot write',
  nothing: 'others can read and write',
}

/** The pages of the hazards, in the order given. */
export function hazardPages(hazards: readonly HazardFacts[]): CodePage[] {
  return hazards.map(({ code, title, sql, lock, blocks, rewrite, message, advice }) => ({
    code,
    kind: 'hazard',
    title,
    facts: [lock === 'NONE' ? 'no lock' : `lock ${lock}`, BLOCKS[blocks], ...(rewrite ? ['rewrites the data'] : [])],
    meaning: [`In the example: ${message}.`, '`skills migrate --dry-run` prints it. It never stops a migration.'],
    example: { language: 'sql', text: sql },
    remedies: [advice],
  }))
}
