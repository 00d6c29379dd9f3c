import type { Rule } from './rule.ts'

/** Rules for the files and folders of a skill. */
export const FILE_RULES = {
  SKILL_TABLE_LOCKED: {
    severity: 'error',
    title: 'A file or folder cannot be read',
    fix: 'check its permissions, check that no other program writes there, then run again',
    source: 'safety',
    fixed: true,
    example: { form: 'shell', wrong: 'chmod 000 skills/demo/SKILL.md', right: 'chmod 644 skills/demo/SKILL.md' },
  },
  SKILL_SYMLINK: {
    severity: 'error',
    title: 'A file or folder of a skill is a symbolic link',
    fix: 'replace the link with the file: links are never followed',
    source: 'safety',
    fixed: true,
    example: {
      form: 'shell',
      wrong: 'echo text > shared.md; ln -s ../../shared.md skills/demo/shared.md',
      right: 'rm skills/demo/shared.md; cp shared.md skills/demo/',
    },
  },
  SKILL_LINK_SKIPPED: {
    severity: 'warning',
    title: 'A linked folder was not searched for skills',
    fix: 'pass the folder that the link points to as a root of its own, or remove the link',
    source: 'safety',
    example: { form: 'shell', wrong: 'mkdir more; ln -s ../more skills/more', right: 'rm skills/more' },
  },
  SKILL_FILE_KIND: {
    severity: 'error',
    title: 'SKILL.md is not a regular file',
    fix: 'make SKILL.md a regular file',
    source: 'specification',
    fixed: true,
    example: {
      form: 'shell',
      wrong: 'mv skills/demo/SKILL.md text.md; mkdir skills/demo/SKILL.md',
      right: 'rmdir skills/demo/SKILL.md; mv text.md skills/demo/SKILL.md',
    },
  },
  SKILL_FILE_CASE: {
    severity: 'warning',
    title: 'A file name differs from SKILL.md only in case, so the file was not read',
    fix: 'rename it to SKILL.md',
    source: 'specification',
    example: {
      form: 'shell',
      wrong: "mkdir skills/other; sed 's/name: demo/name: other/' skills/demo/SKILL.md > skills/other/Skill.md",
      right: 'mv skills/other/Skill.md skills/other/SKILL.md',
    },
  },
  SKILL_FILE_TWICE: {
    severity: 'warning',
    title: 'A folder has both SKILL.md and skill.md',
    fix: 'remove skill.md: only SKILL.md was read',
    source: 'specification',
    example: { form: 'shell', wrong: 'cp skills/demo/SKILL.md skills/demo/skill.md', right: 'rm skills/demo/skill.md' },
  },
  SKILL_FILE_NAME: {
    severity: 'error',
    title: 'A file name cannot be part of a reproducible digest',
    fix: 'rename it: UTF-8, no control characters, no backslashes',
    source: 'registry',
    fixed: true,
    example: { form: 'shell', wrong: "touch 'skills/demo/a\\b.txt'", right: "mv 'skills/demo/a\\b.txt' skills/demo/a-b.txt" },
  },
  SKILL_FILE_SPECIAL: {
    severity: 'warning',
    title: 'The folder of a skill contains a socket, pipe or device',
    fix: 'remove it: only regular files are part of a skill',
    source: 'registry',
    example: { form: 'shell', wrong: 'mkfifo skills/demo/pipe', right: 'rm skills/demo/pipe' },
  },
} as const satisfies Readonly<Record<string, Rule>>

/** Rules for the `meta.json` of the older layout. */
export const META_JSON_RULES = {
  META_JSON_INVALID: {
    severity: 'error',
    title: 'The meta.json of the older layout cannot be read',
    fix: 'correct it, or replace it with a SKILL.md',
    source: 'registry',
    fixed: true,
    example: { form: 'shell', wrong: "mkdir skills/older; echo '{' > skills/older/meta.json", right: 'rm skills/older/meta.json' },
  },
  META_JSON_IGNORED: {
    severity: 'note',
    title: 'A meta.json does not describe a skill',
    fix: 'nothing, if the folder is not a skill',
    source: 'registry',
    example: { form: 'shell', wrong: "mkdir skills/notes; echo '{}' > skills/notes/meta.json", right: 'rm skills/notes/meta.json' },
  },
} as const satisfies Readonly<Record<string, Rule>>
