import type { RuleCode } from '../../src/registry/rules/rules.ts'

/** A file of an example: its text, or what else can lie in a folder. */
export type ExampleFile = string | { bytes: string } | { linkTo: string } | 'a named pipe' | 'a folder' | 'a file without permissions'

/** Files by their path below a folder of skills. */
export type ExampleFolder = Readonly<Record<string, ExampleFile>>

export interface RuleExample {
  fails: ExampleFolder
  passes: ExampleFolder
  /** Found only when reading leniently. */
  lenient?: true
}

const NAME = 'name: review-changes'
const DESCRIPTION = 'description: Reviews a change for mistakes. Use when someone asks for a review.'
const VERSION = 'metadata:\n  version: "1.0.0"'
const FILE = 'review-changes/SKILL.md'

/** A SKILL.md with the given lines for front matter. */
function file(frontMatter: string, body = 'Read the change.\n'): ExampleFolder {
  return { [FILE]: `---\n${frontMatter}\n---\n\n${body}` }
}

/** A good skill with a line more. */
function withLine(line: string): ExampleFolder {
  return file(`${NAME}\n${DESCRIPTION}\n${line}\n${VERSION}`)
}

/** A good skill with another description. */
function described(description: string): ExampleFolder {
  return file(`${NAME}\ndescription: ${description}\n${VERSION}`)
}

/** A good skill with a key more under `metadata`. */
function withMetadata(line: string): ExampleFolder {
  return file(`${NAME}\n${DESCRIPTION}\n${VERSION}\n  ${line}`)
}

const GOOD = file(`${NAME}\n${DESCRIPTION}\n${VERSION}`)
const TEXT = GOOD[FILE] as string

/** A folder that breaks each rule, and one that does not: what a test tries. */
export const RULE_EXAMPLES: Readonly<Record<RuleCode, RuleExample>> = {
  SKILL_UNREADABLE: { fails: { ...GOOD, 'review-changes/notes.txt': 'a file without permissions' }, passes: GOOD },
  SKILL_SYMLINK: {
    fails: { ...GOOD, 'review-changes/style.md': { linkTo: '../style.md' } },
    passes: { ...GOOD, 'review-changes/style.md': 'Short sentences.\n' },
  },
  SKILL_LINK_SKIPPED: { fails: { ...GOOD, more: { linkTo: '..' } }, passes: GOOD },
  SKILL_FILE_KIND: { fails: { [FILE]: 'a folder' }, passes: GOOD },
  SKILL_FILE_CASE: { fails: { 'review-changes/Skill.md': TEXT }, passes: GOOD },
  SKILL_FILE_TWICE: { fails: { ...GOOD, 'review-changes/skill.md': TEXT }, passes: GOOD },
  SKILL_FILE_NAME: { fails: { ...GOOD, 'review-changes/a\\b.txt': '' }, passes: { ...GOOD, 'review-changes/a-b.txt': '' } },
  SKILL_FILE_SPECIAL: { fails: { ...GOOD, 'review-changes/queue': 'a named pipe' }, passes: GOOD },

  FRONT_MATTER_MISSING: { fails: { [FILE]: '# Review changes\n\nRead the change.\n' }, passes: GOOD },
  FRONT_MATTER_LANGUAGE: { fails: { [FILE]: TEXT.replace('---', '---js') }, passes: GOOD },
  FRONT_MATTER_UNCLOSED: { fails: { [FILE]: TEXT.replace(/\n---\n/, '\n') }, passes: GOOD },
  FRONT_MATTER_TOO_LARGE: { fails: withLine(`license: ${'x'.repeat(16 * 1024)}`), passes: withLine('license: MIT') },
  FRONT_MATTER_ENCODING: {
    fails: { [FILE]: { bytes: TEXT.replace('mistakes', 'm\u00e9prises') } },
    passes: described('Cherche les méprises.'),
  },
  FRONT_MATTER_LINE_BREAKS: { fails: { [FILE]: TEXT.replaceAll('\n', '\r') }, passes: { [FILE]: TEXT.replaceAll('\n', '\r\n') } },
  TEXT_UNSAFE: { fails: described('"Reviews\\u0000 a change."'), passes: described('"Reviews a change."') },
  TEXT_INVISIBLE: { fails: described('"Reviews a \\u200bchange."'), passes: described('"Reviews a change."') },

  YAML_COLON: { fails: described('Reviews a change: all of it'), passes: described('"Reviews a change: all of it"') },
  YAML_COLON_QUOTED: {
    lenient: true,
    fails: described('Reviews a change: all of it'),
    passes: described('"Reviews a change: all of it"'),
  },
  YAML_BLOCK: { fails: described('| Reviews a change.'), passes: described('|\n  Reviews a change.') },
  YAML_RESERVED: { fails: described('[Beta] Reviews a change.'), passes: described('"[Beta] Reviews a change."') },
  YAML_QUOTES: { fails: described('"Review" of a change.'), passes: described(`'"Review" of a change.'`) },
  YAML_DUPLICATE_KEY: { fails: file(`${NAME}\n${NAME}\n${DESCRIPTION}\n${VERSION}`), passes: GOOD },
  YAML_TAB: { fails: file(`${NAME}\n${DESCRIPTION}\nmetadata:\n\tversion: "1.0.0"`), passes: GOOD },
  YAML_ANCHOR: { fails: described('**Reviews** a change.'), passes: described('"**Reviews** a change."') },
  YAML_TAG: { fails: described('!text Reviews a change.'), passes: described('"!text Reviews a change."') },
  YAML_DEPTH: { fails: withLine(`notes: ${'['.repeat(25)}${']'.repeat(25)}`), passes: withMetadata('notes: none') },
  YAML_SYNTAX: { fails: file(`${NAME}\n${DESCRIPTION}\nsomething else\n${VERSION}`), passes: GOOD },
  YAML_NOT_A_MAP: { fails: file('- review-changes'), passes: GOOD },

  SKILL_NAME_MISSING: { fails: file(`${DESCRIPTION}\n${VERSION}`), passes: GOOD },
  SKILL_NAME_INVALID: { fails: file(`name: Review_Changes\n${DESCRIPTION}\n${VERSION}`), passes: GOOD },
  SKILL_NAME_LENGTH: { fails: file(`name: ${'review-'.repeat(10)}changes\n${DESCRIPTION}\n${VERSION}`), passes: GOOD },
  SKILL_NAME_FOLDER: { fails: file(`name: review-code\n${DESCRIPTION}\n${VERSION}`), passes: GOOD },
  SKILL_NAME_TWICE: {
    fails: { ...GOOD, 'older/SKILL.md': TEXT },
    passes: { ...GOOD, 'review-texts/SKILL.md': TEXT.replace('review-changes', 'review-texts') },
  },
  SKILL_DESCRIPTION_MISSING: { fails: file(`${NAME}\n${VERSION}`), passes: GOOD },
  SKILL_DESCRIPTION_LENGTH: { fails: described('Reviews a change. '.repeat(60)), passes: described('Reviews a change.') },
  SKILL_DESCRIPTION_LONG: { fails: described('Reviews a change. '.repeat(30)), passes: described('Reviews a change.') },
  SKILL_DESCRIPTION_CUT: { fails: described('Reviews changes such as #12.'), passes: described('"Reviews changes such as #12."') },
  SKILL_COMPATIBILITY_LENGTH: { fails: withLine(`compatibility: ${'git, '.repeat(120)}`), passes: withLine('compatibility: git') },
  SKILL_TOOLS_FORM: { fails: withLine('allowed-tools: Bash(git diff *), Read'), passes: withLine('allowed-tools: Bash(git diff *) Read') },
  SKILL_METADATA_TYPE: { fails: file(`${NAME}\n${DESCRIPTION}\nversion: 1.0.0\nmetadata: none`), passes: GOOD },
  SKILL_METADATA_VALUE: { fails: withMetadata('notes: [a, b]'), passes: withMetadata('notes: a, b') },
  SKILL_FIELD_TYPE: { fails: withLine('license: [MIT]'), passes: withLine('license: MIT') },
  SKILL_FIELD_UNKNOWN: { fails: withLine('homepage: example.org'), passes: withMetadata('homepage: example.org') },
  SKILL_VERSION_MISSING: { fails: file(`${NAME}\n${DESCRIPTION}`), passes: GOOD },
  SKILL_VERSION_INVALID: { fails: file(`${NAME}\n${DESCRIPTION}\nversion: latest`), passes: GOOD },
  SKILL_VERSION_PARTIAL: { fails: file(`${NAME}\n${DESCRIPTION}\nversion: "1.0"`), passes: GOOD },
  SKILL_TIER_INVALID: { fails: withMetadata('tier: fast'), passes: withMetadata('tier: FAST') },
  SKILL_CATEGORY_INVALID: { fails: withMetadata('category: code'), passes: withMetadata('category: foundational') },
  SKILL_KIND_INVALID: { fails: withMetadata('kind: text'), passes: withMetadata('kind: prompt') },
  SKILL_TRUST_LEVEL_INVALID: { fails: withMetadata('trust-level: "6"'), passes: withMetadata('trust-level: "5"') },
  SKILL_ENABLED_INVALID: { fails: withMetadata('enabled: "no"'), passes: withMetadata('enabled: "false"') },

  SKILL_BODY_LENGTH: {
    fails: file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read the change.\n'.repeat(501)),
    passes: file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read the change.\n'.repeat(499)),
  },
  SKILL_LINK_BROKEN: {
    fails: file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read [the style](references/style.md).\n'),
    passes: {
      ...file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read [the style](references/style.md).\n'),
      'review-changes/references/style.md': 'Short sentences.\n',
    },
  },
  SKILL_LINK_OUTSIDE: {
    fails: { ...file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read [the style](../style.md).\n'), 'style.md': 'Short sentences.\n' },
    passes: {
      ...file(`${NAME}\n${DESCRIPTION}\n${VERSION}`, 'Read [the style](style.md).\n'),
      'review-changes/style.md': 'Short sentences.\n',
    },
  },

  META_JSON_INVALID: { fails: { 'review-changes/meta.json': '{ "id": ' }, passes: GOOD },
  META_JSON_IGNORED: { fails: { 'photos/meta.json': '{ "camera": "x" }\n', ...GOOD }, passes: GOOD },
}
