import type { CommandSpec, OptionSpec } from '../parse/spec.ts'
import { CONFIG_OPTION, FORMAT_OPTIONS, READING_OPTIONS, REPORTER_OPTIONS, SKILLS_ARGUMENT } from '../parse/spec.ts'

/** What a sync does; a diff tells the same. */
const SYNC_OPTIONS: readonly OptionSpec[] = [
  { flags: '--prune <how>', help: 'folder gone: disable (default), delete or keep', values: ['disable', 'delete', 'keep'] },
  { flags: '--force-prune', help: 'prune also when it would be withheld' },
  { flags: '--no-cache', help: 'read every file, also unchanged ones' },
  ...READING_OPTIONS,
]

const TRUST_LEVELS = ['1', '2', '3', '4', '5']

export const REGISTRY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'sync',
    summary: 'write the skills of a folder into the registry',
    arguments: [SKILLS_ARGUMENT],
    options: [
      { flags: '--dry-run', help: 'show what would change; write nothing' },
      { flags: '--check', help: 'write nothing; exit 1 when the registry is behind' },
      ...SYNC_OPTIONS,
      { flags: '--watch', help: 'sync again when a file changes, until Ctrl-C' },
    ],
    database: true,
    examples: ['skills sync', 'skills sync --watch', 'skills sync .claude/skills --dry-run', 'skills sync --check'],
  },
  {
    name: 'diff',
    summary: 'show what a sync would change, file by file',
    arguments: [SKILLS_ARGUMENT],
    options: [{ flags: '--exit-code', help: 'exit 1 when there is a difference' }, ...SYNC_OPTIONS],
    database: true,
    examples: ['skills diff', 'skills diff --exit-code --json'],
  },
  {
    name: 'lint',
    summary: 'check skill files without a database',
    arguments: [['[path...]', 'folders of skills, or files in them (default: skills)']],
    options: [
      { flags: '--fix', help: 'mend quotes, lists of tools, missing versions' },
      { flags: '--max-warnings <count>', help: 'exit 1 when there are more' },
      { flags: '--notes', help: 'show notes too' },
      ...FORMAT_OPTIONS,
      ...REPORTER_OPTIONS,
      CONFIG_OPTION,
    ],
    examples: ['skills lint', 'skills lint --fix', 'skills lint skills/walk/SKILL.md', 'skills lint --reporter sarif --output lint.sarif'],
  },
  {
    name: 'rules',
    summary: 'list the rules of lint',
    options: [CONFIG_OPTION],
    examples: ['skills rules', 'skills explain SKILL_NAME_INVALID'],
  },
  {
    name: 'list',
    summary: 'list the skills in the registry',
    options: [
      { flags: '--tier <tier>', help: 'FAST, CORE or DEEP', values: ['FAST', 'CORE', 'DEEP'] },
      {
        flags: '--category <category>',
        help: 'foundational, lineage or emergent',
        values: ['foundational', 'lineage', 'emergent'],
      },
      { flags: '--enabled', help: 'enabled ones only' },
      { flags: '--disabled', help: 'disabled ones only' },
      { flags: '--min-trust <level>', help: 'trust level of at least 1 to 5', values: TRUST_LEVELS },
    ],
    database: true,
    examples: ['skills list', 'skills list --tier FAST --enabled --min-trust 3'],
  },
  {
    name: 'show',
    summary: 'show all about a skill',
    arguments: [['<id>', 'the skill']],
    database: true,
    examples: ['skills show elemental-checkin'],
  },
  {
    name: 'enable',
    summary: 'let agents use skills',
    description: 'Lets agents use skills. A sync keeps it so.',
    arguments: [['<id...>', 'the skills; all of them or, if one is unknown, none']],
    database: true,
    examples: ['skills enable elemental-checkin window-of-tolerance'],
  },
  {
    name: 'disable',
    summary: 'keep agents from using skills',
    description: 'Keeps agents from using skills. A sync keeps it so.',
    arguments: [['<id...>', 'the skills; all of them or, if one is unknown, none']],
    database: true,
    examples: ['skills disable elemental-checkin'],
  },
  {
    name: 'trust',
    summary: 'set how far a skill is trusted',
    description: 'Sets how far a skill is trusted. A sync keeps it so.',
    arguments: [
      ['<id>', 'the skill'],
      ['<level>', 'from 1 to 5', TRUST_LEVELS],
    ],
    database: true,
    examples: ['skills trust elemental-checkin 4'],
  },
  {
    name: 'new',
    summary: 'make a folder for a new skill',
    arguments: [['<id>', 'name of the skill and its folder']],
    options: [
      { flags: '--dir <folder>', help: 'folder of skills (default: the configured one, else skills)' },
      { flags: '--description <text>', help: 'what it does and when to use it' },
      CONFIG_OPTION,
    ],
    examples: ['skills new review-changes'],
  },
  {
    name: 'import',
    summary: 'make SKILL.md folders of older skills',
    description: 'Makes SKILL.md folders of skills with a meta.json.',
    arguments: [['<dir>', 'folder of skills of the older layout']],
    options: [
      { flags: '--to <folder>', help: 'folder of skills (default: the configured one, else skills)' },
      { flags: '--dry-run', help: 'show what would be made; write nothing' },
      CONFIG_OPTION,
    ],
    examples: ['skills import old-skills --dry-run', 'skills import old-skills --to skills'],
  },
]
