import type { Rule } from './rule.ts'

/** Rules for the keys that the Agent Skills specification defines. */
export const SPECIFIED_FIELD_RULES = {
  SKILL_NAME_MISSING: {
    severity: 'error',
    title: 'The skill has no name',
    fix: 'add the key `name`',
    source: 'specification',
    fixed: true,
    example: {
      form: 'file',
      wrong: '---\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
    },
  },
  SKILL_NAME_INVALID: {
    severity: 'error',
    title: 'The name has characters other than lowercase letters, digits and single hyphens',
    fix: 'use lowercase letters, digits and single hyphens, such as `review-changes`',
    source: 'specification',
    example: { form: 'keys', wrong: 'name: Demo_Skill', right: 'name: demo' },
  },
  SKILL_NAME_LENGTH: {
    severity: 'error',
    title: 'The name is longer than 64 characters',
    fix: 'shorten it to 64 characters',
    source: 'specification',
    example: { form: 'keys', wrong: `name: ${'review-'.repeat(9)}changes`, right: 'name: demo' },
  },
  SKILL_NAME_FOLDER: {
    severity: 'warning',
    title: 'The name differs from the name of the folder',
    fix: 'rename the folder or the skill',
    source: 'specification',
    example: { form: 'keys', wrong: 'name: review-changes   # in the folder demo', right: 'name: demo' },
  },
  SKILL_NAME_TWICE: {
    severity: 'error',
    title: 'Two folders have the same name',
    fix: 'rename one of them, or remove it',
    source: 'registry',
    fixed: true,
    example: { form: 'shell', wrong: 'mkdir skills/old; cp -r skills/demo skills/old/demo', right: 'rm -r skills/old/demo' },
  },
  SKILL_DESCRIPTION_MISSING: {
    severity: 'error',
    title: 'The skill has no description',
    fix: 'add the key `description`: what the skill does and when to use it',
    source: 'specification',
    example: {
      form: 'file',
      wrong: '---\nname: demo\nmetadata:\n  version: 1.0.0\n---\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
    },
  },
  SKILL_DESCRIPTION_LENGTH: {
    severity: 'error',
    title: 'The description is longer than 1,024 characters',
    fix: 'shorten it, and move the rest below the front matter',
    source: 'specification',
    example: {
      form: 'shell',
      wrong: `sed -i "s/^description:.*/description: $(printf 'x%.0s' $(seq 1100))/" skills/demo/SKILL.md`,
      right: "sed -i 's/^description:.*/description: Reviews code./' skills/demo/SKILL.md",
    },
  },
  SKILL_DESCRIPTION_LONG: {
    severity: 'warning',
    title: 'The description is longer than 500 characters',
    fix: 'state in a few sentences what the skill does and when to use it: agents keep every description in their context',
    source: 'specification',
    example: {
      form: 'shell',
      wrong: `sed -i "s/^description:.*/description: $(printf 'x%.0s' $(seq 600))/" skills/demo/SKILL.md`,
      right: "sed -i 's/^description:.*/description: Reviews code./' skills/demo/SKILL.md",
    },
  },
  SKILL_DESCRIPTION_CUT: {
    severity: 'warning',
    title: 'The description ends at ` #`, which begins a comment',
    fix: 'put the description in quotes',
    source: 'yaml',
    fixable: true,
    example: {
      form: 'keys',
      wrong: 'description: Watches issue #1 and others',
      right: 'description: "Watches issue #1 and others"',
    },
  },
  SKILL_COMPATIBILITY_LENGTH: {
    severity: 'error',
    title: 'The compatibility is longer than 500 characters',
    fix: 'shorten it to 500 characters',
    source: 'specification',
    example: {
      form: 'shell',
      wrong: `sed -i "s/^description:/compatibility: $(printf 'x%.0s' $(seq 501))\\n&/" skills/demo/SKILL.md`,
      right: "sed -i 's/^compatibility:.*/compatibility: git/' skills/demo/SKILL.md",
    },
  },
  SKILL_TOOLS_FORM: {
    severity: 'warning',
    title: '`allowed-tools` is not one text with spaces between the tools',
    fix: 'put spaces between the tools, such as `allowed-tools: Bash(git add *) Read`',
    source: 'specification',
    fixable: true,
    example: { form: 'keys', wrong: 'allowed-tools: Read, Write', right: 'allowed-tools: Read Write' },
  },
  SKILL_METADATA_TYPE: {
    severity: 'error',
    title: '`metadata` is not a mapping',
    fix: 'write indented `key: value` lines below `metadata:`',
    source: 'specification',
    example: { form: 'keys', wrong: 'version: 1.0.0\nmetadata: none', right: 'metadata:\n  version: 1.0.0' },
  },
  SKILL_METADATA_VALUE: {
    severity: 'note',
    title: 'A value under `metadata` is not text',
    fix: 'write it as text: the specification allows only text, and other clients may ignore it',
    source: 'specification',
    example: {
      form: 'keys',
      wrong: 'metadata:\n  version: 1.0.0\n  owner: {team: a}',
      right: 'metadata:\n  version: 1.0.0\n  owner: team a',
    },
  },
} as const satisfies Readonly<Record<string, Rule>>

/** Rules for the keys that become columns of the registry, and for unknown keys. */
export const REGISTRY_FIELD_RULES = {
  SKILL_FIELD_TYPE: {
    severity: 'error',
    title: 'The value of a key has the wrong type',
    fix: 'write the type that the message names',
    source: 'registry',
    fixed: true,
    example: { form: 'keys', wrong: 'description: [Reviews code.]', right: 'description: Reviews code.' },
  },
  SKILL_FIELD_UNKNOWN: {
    severity: 'note',
    title: 'A key is unknown to the specification and to the registry',
    fix: 'nothing, if another client reads it; put keys of your own under `metadata`',
    source: 'specification',
    example: {
      form: 'keys',
      wrong: 'homepage: https://example.com',
      right: 'metadata:\n  version: 1.0.0\n  homepage: https://example.com',
    },
  },
  SKILL_VERSION_MISSING: {
    severity: 'warning',
    title: 'The skill has no version: 0.0.0 is assumed',
    fix: 'add `version: 1.0.0` under `metadata`',
    source: 'registry',
    fixable: true,
    example: {
      form: 'file',
      wrong: '---\nname: demo\ndescription: Reviews code.\n---\n',
      right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
    },
  },
  SKILL_VERSION_INVALID: {
    severity: 'error',
    title: 'The version is not a semantic version',
    fix: 'write a version such as 1.4.0',
    source: 'registry',
    example: { form: 'keys', wrong: 'metadata:\n  version: latest', right: 'metadata:\n  version: 1.0.0' },
  },
  SKILL_VERSION_PARTIAL: {
    severity: 'warning',
    title: 'The version is not a full semantic version',
    fix: 'write all three numbers, such as 1.4.0',
    source: 'registry',
    example: { form: 'keys', wrong: 'metadata:\n  version: "1.4"', right: 'metadata:\n  version: 1.4.0' },
  },
  SKILL_TIER_INVALID: {
    severity: 'error',
    title: 'The tier is not FAST, CORE or DEEP',
    fix: 'write FAST, CORE or DEEP',
    source: 'registry',
    example: { form: 'keys', wrong: 'metadata:\n  version: 1.0.0\n  tier: quick', right: 'metadata:\n  version: 1.0.0\n  tier: FAST' },
  },
  SKILL_CATEGORY_INVALID: {
    severity: 'error',
    title: 'The category is not foundational, lineage or emergent',
    fix: 'write foundational, lineage or emergent',
    source: 'registry',
    example: {
      form: 'keys',
      wrong: 'metadata:\n  version: 1.0.0\n  category: basic',
      right: 'metadata:\n  version: 1.0.0\n  category: foundational',
    },
  },
  SKILL_KIND_INVALID: {
    severity: 'error',
    title: 'The kind is not prompt, code or hybrid',
    fix: 'write prompt, code or hybrid',
    source: 'registry',
    example: { form: 'keys', wrong: 'metadata:\n  version: 1.0.0\n  kind: script', right: 'metadata:\n  version: 1.0.0\n  kind: code' },
  },
  SKILL_TRUST_LEVEL_INVALID: {
    severity: 'error',
    title: 'The trust level is not a whole number from 1 to 5',
    fix: 'write a number from 1 to 5',
    source: 'registry',
    example: {
      form: 'keys',
      wrong: 'metadata:\n  version: 1.0.0\n  trust-level: high',
      right: 'metadata:\n  version: 1.0.0\n  trust-level: 4',
    },
  },
  SKILL_ENABLED_INVALID: {
    severity: 'error',
    title: '`enabled` is neither true nor false',
    fix: 'write true or false',
    source: 'registry',
    example: {
      form: 'keys',
      wrong: 'metadata:\n  version: 1.0.0\n  enabled: on request',
      right: 'metadata:\n  version: 1.0.0\n  enabled: false',
    },
  },
} as const satisfies Readonly<Record<string, Rule>>
