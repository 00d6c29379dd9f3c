import type { Severity, Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'

/**
 * Where a rule comes from: `specification` is the Agent Skills specification (agentskills/agentskills,
 * docs/specification.mdx, 2026-08), `yaml` the YAML 1.2 specification, `registry` the columns of skills_registry and the
 * agents that read them, `safety` what keeps hostile or damaged files from doing harm.
 */
export type RuleSource = 'specification' | 'yaml' | 'registry' | 'safety'

export interface Rule {
  severity: Severity
  /** What is wrong when the rule fires. */
  title: string
  /** What to do about it. */
  fix: string
  source: RuleSource
  /** Its severity cannot be changed: what it finds cannot be used, or not safely. */
  fixed?: true
  /** `skills lint --fix` can do it, when what is meant is beyond doubt. */
  fixable?: true
}

/** Every finding about a skill's files that there is, in the order in which a folder is read. A code never changes its meaning. */
const TABLE = {
  SKILL_UNREADABLE: {
    severity: 'error',
    title: 'A file or folder cannot be read',
    fix: 'check its permissions, and that nothing else is writing there, then run again',
    source: 'safety',
    fixed: true,
  },
  SKILL_SYMLINK: {
    severity: 'error',
    title: 'A symbolic link stands in place of a file or folder of a skill',
    fix: 'replace the link by the file itself: links are never followed',
    source: 'safety',
    fixed: true,
  },
  SKILL_LINK_SKIPPED: {
    severity: 'warning',
    title: 'A linked folder was not searched for skills',
    fix: 'name the folder it points to as a root of its own, or remove the link',
    source: 'safety',
  },
  SKILL_FILE_KIND: {
    severity: 'error',
    title: 'SKILL.md is not a regular file',
    fix: 'make SKILL.md a regular file',
    source: 'specification',
    fixed: true,
  },
  SKILL_FILE_CASE: {
    severity: 'warning',
    title: 'A file is nearly called SKILL.md and was not read',
    fix: 'rename it to SKILL.md',
    source: 'specification',
  },
  SKILL_FILE_TWICE: {
    severity: 'warning',
    title: 'A folder has both SKILL.md and skill.md',
    fix: 'remove skill.md: only SKILL.md was read',
    source: 'specification',
  },
  SKILL_FILE_NAME: {
    severity: 'error',
    title: 'The name of a file cannot be part of a reproducible digest',
    fix: 'rename it without control characters and backslashes, in UTF-8',
    source: 'registry',
    fixed: true,
  },
  SKILL_FILE_SPECIAL: {
    severity: 'warning',
    title: 'A socket, pipe or device lies in the folder of a skill',
    fix: 'remove it: only regular files belong to a skill',
    source: 'registry',
  },

  FRONT_MATTER_MISSING: {
    severity: 'error',
    title: 'The file does not begin with front matter',
    fix: 'begin the file with a line `---`, the keys name and description, and another line `---`',
    source: 'specification',
    fixed: true,
  },
  FRONT_MATTER_LANGUAGE: {
    severity: 'error',
    title: 'The first line asks for another language than YAML',
    fix: 'make the first line exactly `---` and write the keys as YAML',
    source: 'safety',
    fixed: true,
  },
  FRONT_MATTER_UNCLOSED: {
    severity: 'error',
    title: 'The front matter is never closed',
    fix: 'put a line `---` after its last key',
    source: 'specification',
    fixed: true,
  },
  FRONT_MATTER_TOO_LARGE: {
    severity: 'error',
    title: 'The front matter is longer than 16 KiB or 1,000 lines',
    fix: 'close it with a line `---`, and move long text below that line',
    source: 'safety',
    fixed: true,
  },
  FRONT_MATTER_ENCODING: {
    severity: 'error',
    title: 'The file is not UTF-8',
    fix: 'save it as UTF-8',
    source: 'specification',
    fixed: true,
  },
  FRONT_MATTER_LINE_BREAKS: {
    severity: 'error',
    title: 'The file has carriage returns without line feeds',
    fix: 'save it with LF (or CRLF) line ends',
    source: 'safety',
    fixed: true,
  },
  TEXT_UNSAFE: {
    severity: 'error',
    title: 'A text has a character that neither a database nor a terminal can take',
    fix: 'remove the character or the escape that makes it',
    source: 'safety',
    fixed: true,
  },
  TEXT_INVISIBLE: {
    severity: 'warning',
    title: 'A name or description has invisible characters',
    fix: 'remove them: people cannot see what agents read',
    source: 'safety',
  },

  YAML_COLON: {
    severity: 'error',
    title: 'An unquoted value contains `: `',
    fix: 'put the value in quotes',
    source: 'yaml',
    fixed: true,
    fixable: true,
  },
  YAML_COLON_QUOTED: {
    severity: 'warning',
    title: 'An unquoted value contains `: ` and was read as if it were quoted',
    fix: 'put the value in quotes: without --lenient the skill cannot be read',
    source: 'yaml',
    fixable: true,
  },
  YAML_BLOCK: {
    severity: 'error',
    title: 'Text follows `|` or `>` on the same line',
    fix: 'put the text on the next line, indented by two spaces',
    source: 'yaml',
    fixed: true,
    fixable: true,
  },
  YAML_RESERVED: {
    severity: 'error',
    title: 'An unquoted value begins with a character that means something in YAML',
    fix: 'put the value in quotes',
    source: 'yaml',
    fixed: true,
    fixable: true,
  },
  YAML_QUOTES: {
    severity: 'error',
    title: 'The quotes around a value do not match',
    fix: 'quote the whole value; inside single quotes write an apostrophe twice',
    source: 'yaml',
    fixed: true,
    fixable: true,
  },
  YAML_DUPLICATE_KEY: { severity: 'error', title: 'A key stands twice', fix: 'keep one of the two', source: 'yaml', fixed: true },
  YAML_TAB: { severity: 'error', title: 'A line is indented by a tab', fix: 'indent by spaces', source: 'yaml', fixed: true },
  YAML_ANCHOR: {
    severity: 'error',
    title: 'An anchor (`&name`) or alias (`*name`)',
    fix: 'write the value out; if it is meant as text, put it in quotes',
    source: 'safety',
    fixed: true,
    fixable: true,
  },
  YAML_TAG: {
    severity: 'error',
    title: 'A tag (`!name`)',
    fix: 'remove the tag; if it is meant as text, put the value in quotes',
    source: 'safety',
    fixed: true,
  },
  YAML_DEPTH: {
    severity: 'error',
    title: 'The front matter is nested more than 20 deep',
    fix: 'flatten it',
    source: 'safety',
    fixed: true,
  },
  YAML_SYNTAX: {
    severity: 'error',
    title: 'The front matter is not YAML',
    fix: 'write one `key: value` on each line',
    source: 'yaml',
    fixed: true,
  },
  YAML_NOT_A_MAP: {
    severity: 'error',
    title: 'The front matter is no list of keys',
    fix: 'write one `key: value` on each line',
    source: 'specification',
    fixed: true,
  },

  SKILL_NAME_MISSING: {
    severity: 'error',
    title: 'The skill has no name',
    fix: 'add the key `name`',
    source: 'specification',
    fixed: true,
  },
  SKILL_NAME_INVALID: {
    severity: 'error',
    title: 'The name has other characters than lowercase letters, digits and single hyphens',
    fix: 'use lowercase letters, digits and single hyphens, such as `review-changes`',
    source: 'specification',
  },
  SKILL_NAME_LENGTH: {
    severity: 'error',
    title: 'The name is longer than 64 characters',
    fix: 'shorten it to 64 characters',
    source: 'specification',
  },
  SKILL_NAME_FOLDER: {
    severity: 'warning',
    title: 'The name differs from the name of the folder',
    fix: 'rename the folder, or the skill',
    source: 'specification',
  },
  SKILL_NAME_TWICE: {
    severity: 'error',
    title: 'Two folders have one name',
    fix: 'rename one of them, or remove it',
    source: 'registry',
    fixed: true,
  },
  SKILL_DESCRIPTION_MISSING: {
    severity: 'error',
    title: 'The skill has no description',
    fix: 'add the key `description`: what the skill does and when to use it',
    source: 'specification',
  },
  SKILL_DESCRIPTION_LENGTH: {
    severity: 'error',
    title: 'The description is longer than 1,024 characters',
    fix: 'shorten it, and move the rest below the front matter',
    source: 'specification',
  },
  SKILL_DESCRIPTION_LONG: {
    severity: 'warning',
    title: 'The description is longer than 500 characters',
    fix: 'say in a few sentences what the skill does and when to use it: agents keep every description in mind all the time',
    source: 'specification',
  },
  SKILL_DESCRIPTION_CUT: {
    severity: 'warning',
    title: 'The description is cut off at ` #`, which begins a comment',
    fix: 'put the description in quotes',
    source: 'yaml',
    fixable: true,
  },
  SKILL_COMPATIBILITY_LENGTH: {
    severity: 'error',
    title: 'The compatibility is longer than 500 characters',
    fix: 'shorten it to 500 characters',
    source: 'specification',
  },
  SKILL_TOOLS_FORM: {
    severity: 'warning',
    title: '`allowed-tools` is not one text with spaces between the tools',
    fix: 'put spaces between the tools, such as `allowed-tools: Bash(git add *) Read`',
    source: 'specification',
    fixable: true,
  },
  SKILL_METADATA_TYPE: {
    severity: 'error',
    title: '`metadata` is not a map',
    fix: 'write indented `key: value` lines below `metadata:`',
    source: 'specification',
  },
  SKILL_METADATA_VALUE: {
    severity: 'note',
    title: 'A value under `metadata` is not text',
    fix: 'other clients may ignore it: the specification has text only',
    source: 'specification',
  },
  SKILL_FIELD_TYPE: {
    severity: 'error',
    title: 'A key has another type of value than it should',
    fix: 'see the message',
    source: 'registry',
    fixed: true,
  },
  SKILL_FIELD_UNKNOWN: {
    severity: 'note',
    title: 'A key that neither the specification nor the registry knows',
    fix: 'nothing, if it is for another client; keys of your own belong under `metadata`',
    source: 'specification',
  },
  SKILL_VERSION_MISSING: {
    severity: 'warning',
    title: 'The skill has no version: 0.0.0 is assumed',
    fix: 'add `version: 1.0.0` under `metadata`',
    source: 'registry',
    fixable: true,
  },
  SKILL_VERSION_INVALID: {
    severity: 'error',
    title: 'The version is no semantic version',
    fix: 'write a version such as 1.4.0',
    source: 'registry',
  },
  SKILL_VERSION_PARTIAL: {
    severity: 'warning',
    title: 'The version is not a full semantic version',
    fix: 'write all three numbers, such as 1.4.0',
    source: 'registry',
  },
  SKILL_TIER_INVALID: {
    severity: 'error',
    title: 'The tier is not FAST, CORE or DEEP',
    fix: 'write FAST, CORE or DEEP',
    source: 'registry',
  },
  SKILL_CATEGORY_INVALID: {
    severity: 'error',
    title: 'The category is not foundational, lineage or emergent',
    fix: 'write foundational, lineage or emergent',
    source: 'registry',
  },
  SKILL_KIND_INVALID: {
    severity: 'error',
    title: 'The kind is not prompt, code or hybrid',
    fix: 'write prompt, code or hybrid',
    source: 'registry',
  },
  SKILL_TRUST_LEVEL_INVALID: {
    severity: 'error',
    title: 'The trust level is not a whole number from 1 to 5',
    fix: 'write a number from 1 to 5',
    source: 'registry',
  },
  SKILL_ENABLED_INVALID: {
    severity: 'error',
    title: '`enabled` is neither true nor false',
    fix: 'write true or false',
    source: 'registry',
  },

  SKILL_BODY_LENGTH: {
    severity: 'warning',
    title: 'The text below the front matter has more than 500 lines',
    fix: 'move parts into files of their own and link to them: agents read the whole text at once',
    source: 'specification',
  },
  SKILL_LINK_BROKEN: {
    severity: 'warning',
    title: 'A link leads to a file that does not exist',
    fix: 'correct the link, or add the file',
    source: 'specification',
  },
  SKILL_LINK_OUTSIDE: {
    severity: 'warning',
    title: 'A link leads out of the folder of the skill',
    fix: 'copy the file into the folder: a skill is handed on with its own folder only',
    source: 'specification',
  },

  META_JSON_INVALID: {
    severity: 'error',
    title: 'The meta.json of an older layout cannot be read',
    fix: 'correct it, or replace it by a SKILL.md',
    source: 'registry',
    fixed: true,
  },
  META_JSON_IGNORED: {
    severity: 'note',
    title: 'A meta.json says nothing about a skill',
    fix: 'nothing, if the folder is no skill',
    source: 'registry',
  },
} as const

export type RuleCode = keyof typeof TABLE

/** The rules by code, for `skills rules` and the documentation. */
export const RULES: Readonly<Record<RuleCode, Rule>> = TABLE

/** Whether a text is the code of a rule. */
export function isRuleCode(text: string): text is RuleCode {
  return Object.hasOwn(TABLE, text)
}

/** A diagnostic whose severity, and fix unless a better one is given, come from the rule. */
export function finding(code: RuleCode, message: string, file: string, place?: Position, hint?: string): Diagnostic {
  const { severity, fix } = RULES[code]
  return { severity, code, message, file, ...place, hint: hint ?? fix }
}
