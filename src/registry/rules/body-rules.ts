import type { Rule } from './rule.ts'

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
