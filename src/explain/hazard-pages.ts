import { classify } from '../sqltext/statements/classify.ts'
import type { Hazard, HazardCode } from '../sqltext/hazards/hazard.ts'
import { HAZARD_CODES } from '../sqltext/hazards/hazard.ts'
import { findRunHazards } from '../sqltext/hazards/run-hazards.ts'
import { splitStatements } from '../sqltext/statements/split.ts'
import type { CodePage } from './code-page.ts'
import { HAZARD_EXAMPLES } from './hazard-examples.ts'

/**
 * The pages of what `skills migrate --dry-run` warns of. Message and advice are those that the example gets when it is
 * examined, so that they cannot differ from what people see.
 */
export function hazardPages(): CodePage[] {
  return HAZARD_CODES.map((code) => {
    const { title, sql } = HAZARD_EXAMPLES[code]
    const found = hazardOf(code, sql)
    return {
      code,
      kind: 'hazard',
      title,
      facts: [
        found?.lock === 'NONE' ? 'no lock' : `lock ${found?.lock ?? '?'}`,
        BLOCKS[found?.blocks ?? 'nothing'],
        ...(found?.rewrite === true ? ['rewrites the data'] : []),
      ],
      meaning: [`In the example: ${found?.message ?? ''}.`, 'Told by `skills migrate --dry-run`; nothing is refused for it.'],
      example: { language: 'sql', text: sql },
      remedies: [found?.advice ?? ''],
    }
  })
}

/** What is found in an example, as if it were a file of its own. */
export function hazardOf(code: HazardCode, sql: string): Hazard | undefined {
  const statements = splitStatements(sql).statements.map(({ text }) => ({ text, kind: classify(text) }))
  return findRunHazards([{ noTransaction: false, statements }])
    .flat(2)
    .find((hazard) => hazard.code === code)
}

const BLOCKS: Readonly<Record<Hazard['blocks'], string>> = {
  'reads and writes': 'others cannot read or write',
  writes: 'others cannot write',
  nothing: 'others can read and write',
}
