const NAME = 'skills-ignore'

/** The codes in the comments `-- skills-ignore: CODE, CODE` of a text between two statements: they accept hazards of the second. */
export function acceptedCodes(between: string): readonly string[] {
  if (!between.includes(NAME)) return NONE
  return [...between.matchAll(/^[ \t]*--[ \t]*skills-ignore:(.*)$/gm)].flatMap(([, list = '']) => list.match(/[A-Z][A-Z_]+/g) ?? [])
}

const NONE: readonly string[] = []
