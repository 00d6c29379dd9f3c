import type { Rule } from './rule.ts'

/** Rules for the text of a file before it is read as YAML: where front matter begins and ends, and which characters it has. */
export const FRONT_MATTER_RULES = {
  FRONT_MATTER_MISSING: {
    severity: 'error',
    title: 'The file does not begin with front matter',
    fix: 'begin the file with a line `---`, the keys name and description, and another line `---`',
    source: 'specification',
    fixed: true,
    example: {
      form: 'file',
      wrong: '# Demo\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n# Demo\n',
    },
  },
  FRONT_MATTER_LANGUAGE: {
    severity: 'error',
    title: 'The first line names a language other than YAML',
    fix: 'make the first line exactly `---` and write the keys as YAML',
    source: 'safety',
    fixed: true,
    example: {
      form: 'file',
      wrong: '---js\n{ name: "demo" }\n---\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
    },
  },
  FRONT_MATTER_UNCLOSED: {
    severity: 'error',
    title: 'The front matter has no closing line',
    fix: 'put a line `---` after the last key',
    source: 'specification',
    fixed: true,
    example: {
      form: 'file',
      wrong: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n\n# Demo\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n\n# Demo\n',
    },
  },
  FRONT_MATTER_TOO_LARGE: {
    severity: 'error',
    title: 'The front matter is longer than 16 KiB or 1,000 lines',
    fix: 'close it with a line `---`, and move long text below that line',
    source: 'safety',
    fixed: true,
    example: {
      form: 'shell',
      wrong: "sed -i '1r /dev/stdin' skills/demo/SKILL.md < <(seq -f '# line %g' 1001)",
      right: "sed -i '/^# line/d' skills/demo/SKILL.md",
    },
  },
  FRONT_MATTER_ENCODING: {
    severity: 'error',
    title: 'The file is not UTF-8',
    fix: 'save it as UTF-8',
    source: 'specification',
    fixed: true,
    example: {
      form: 'shell',
      wrong: "sed -i 's/^description:.*/description: Caf\\xe9 reviews./' skills/demo/SKILL.md",
      right: 'iconv -f latin1 -t utf8 skills/demo/SKILL.md > utf8.md; mv utf8.md skills/demo/SKILL.md',
    },
  },
  FRONT_MATTER_LINE_BREAKS: {
    severity: 'error',
    title: 'The file has carriage returns without line feeds',
    fix: 'save it with LF (or CRLF) line ends',
    source: 'safety',
    fixed: true,
    example: {
      form: 'shell',
      wrong: "tr '\\n' '\\r' < skills/demo/SKILL.md > cr.md; mv cr.md skills/demo/SKILL.md",
      right: "tr '\\r' '\\n' < skills/demo/SKILL.md > lf.md; mv lf.md skills/demo/SKILL.md",
    },
  },
  TEXT_UNSAFE: {
    severity: 'error',
    title: 'A text has a character that is invalid in a database or unsafe in a terminal',
    fix: 'remove the character or its escape',
    source: 'safety',
    fixed: true,
    example: { form: 'keys', wrong: 'description: "Rings \\a bell."', right: 'description: Rings a bell.' },
  },
  TEXT_INVISIBLE: {
    severity: 'warning',
    title: 'A name or description has invisible characters',
    fix: 'remove them: agents read characters that people cannot see',
    source: 'safety',
    example: { form: 'keys', wrong: 'description: "Reviews \\u200b code."', right: 'description: Reviews code.' },
  },
} as const satisfies Readonly<Record<string, Rule>>

/** Rules for the text below the front matter. */
export const BODY_RULES = {
  SKILL_BODY_LENGTH: {
    severity: 'warning',
    title: 'The text below the front matter has more than 500 lines',
    fix: 'move parts into other files and link to them: agents read the whole text at once',
    source: 'specification',
    example: { form: 'shell', wrong: 'seq 501 >> skills/demo/SKILL.md', right: "sed -i '/^[0-9]/d' skills/demo/SKILL.md" },
  },
  SKILL_LINK_BROKEN: {
    severity: 'warning',
    title: 'The target of a link does not exist',
    fix: 'correct the link, or add the file',
    source: 'specification',
    example: { form: 'shell', wrong: "echo '[steps](steps.md)' >> skills/demo/SKILL.md", right: 'touch skills/demo/steps.md' },
  },
  SKILL_LINK_OUTSIDE: {
    severity: 'warning',
    title: 'The target of a link is outside the folder of the skill',
    fix: 'copy the file into the folder: a skill is distributed without the files around it',
    source: 'specification',
    example: {
      form: 'shell',
      wrong: "touch steps.md; echo '[steps](../../steps.md)' >> skills/demo/SKILL.md",
      right: "cp steps.md skills/demo/; sed -i 's#../../steps.md#steps.md#' skills/demo/SKILL.md",
    },
  },
} as const satisfies Readonly<Record<string, Rule>>
