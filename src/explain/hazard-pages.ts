import type { Hazard, HazardType } from '../sqltext/hazards/hazard.ts'
import { HAZARD_TYPES } from '../sqltext/hazards/find-hazards.ts'
import { findRunHazards } from '../sqltext/hazards/hazard-run.ts'
import { classify } from '../sqltext/statements/classify.ts'
import { splitStatements } from '../sqltext/statements/split.ts'
import type { CodePage } from './code-page.ts'

/**
 * The pages of the hazards that `skills migrate --dry-run` reports. Message and remedy come from the example, so they are
 * the texts that people see.
 */
export function hazardPages(): CodePage[] {
  return HAZARD_TYPES.map((type) => {
    const { code, title, example } = type
    const found = hazardInExample(type)
    return {
      code,
      kind: 'hazard',
      title,
      facts: [
        found?.lock === 'NONE' ? 'no lock' : `lock ${found?.lock ?? '?'}`,
        BLOCKS[found?.blocks ?? 'nothing'],
        ...(found?.rewrite === true ? ['rewrites the data'] : []),
      ],
      meaning: [
        `In the example: ${found?.message ?? ''}.`,
        'Reported by `skills migrate --dry-run`. It is a warning: the statement still runs.',
      ],
      example: { language: 'sql', text: example },
      remedies: [found?.advice ?? ''],
    }
  })
}

/** The hazard in the example of its type, run as a file of its own. */
function hazardInExample({ code, example }: HazardType): Hazard | undefined {
  const statements = splitStatements(example).statements.map(({ text }) => ({ text, kind: classify(text) }))
  return findRunHazards([{ noTransaction: false, statements }])
    .flat(2)
    .find((hazard) => hazard.code === code)
}

const BLOCKS: Readonly<Record<Hazard['blocks'], string>> = {
  'reads and writes': 'others cannot read or write',
  writes: 'others cannot write',
  nothing: 'others can read and write',
}
