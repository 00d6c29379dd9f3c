/** A skill `skills/demo` that a rule finds fault with, and the same without the fault. */
export interface RuleExample {
  /** `keys`: lines of the front matter; `file`: the whole SKILL.md; `shell`: commands beside `skills/`. */
  form: 'keys' | 'file' | 'shell'
  wrong: string
  right?: string
}

/** For each rule; a test runs them. */
export const RULE_EXAMPLES: Readonly<Record<string, RuleExample>> = {
  SKILL_UNREADABLE: { form: 'shell', wrong: 'chmod 000 skills/demo/SKILL.md' },
  SKILL_SYMLINK: {
    form: 'shell',
    wrong: 'echo text > shared.md; ln -s ../../shared.md skills/demo/shared.md',
    right: 'cp shared.md skills/demo/shared.md',
  },
  SKILL_LINK_SKIPPED: { form: 'shell', wrong: 'mkdir more; ln -s ../more skills/more', right: 'skills sync skills more' },
  SKILL_FILE_KIND: { form: 'shell', wrong: 'rm skills/demo/SKILL.md; mkdir skills/demo/SKILL.md' },
  SKILL_FILE_CASE: {
    form: 'shell',
    wrong: 'mkdir skills/other; cp skills/demo/SKILL.md skills/other/Skill.md',
    right: 'mv skills/other/Skill.md skills/other/SKILL.md',
  },
  SKILL_FILE_TWICE: { form: 'shell', wrong: 'cp skills/demo/SKILL.md skills/demo/skill.md', right: 'rm skills/demo/skill.md' },
  SKILL_FILE_NAME: { form: 'shell', wrong: "touch 'skills/demo/a\\b.txt'", right: "mv 'skills/demo/a\\b.txt' skills/demo/a-b.txt" },
  SKILL_FILE_SPECIAL: { form: 'shell', wrong: 'mkfifo skills/demo/pipe', right: 'rm skills/demo/pipe' },

  FRONT_MATTER_MISSING: {
    form: 'file',
    wrong: '# Demo\n',
    right: '---\nname: demo\ndescription: What it does and when to use it.\n---\n# Demo\n',
  },
  FRONT_MATTER_LANGUAGE: { form: 'file', wrong: '---js\n{ name: "demo" }\n---\n', right: '---\nname: demo\n---\n' },
  FRONT_MATTER_UNCLOSED: { form: 'file', wrong: '---\nname: demo\n\n# Demo\n', right: '---\nname: demo\n---\n\n# Demo\n' },
  FRONT_MATTER_TOO_LARGE: { form: 'shell', wrong: "(echo '---'; seq -f 'key%g: value' 1001; echo '---') > skills/demo/SKILL.md" },
  FRONT_MATTER_ENCODING: {
    form: 'shell',
    wrong: "printf -- '---\\nname: demo\\ndescription: caf\\351\\n---\\n' > skills/demo/SKILL.md",
    right: 'iconv -f latin1 -t utf8 ...',
  },
  FRONT_MATTER_LINE_BREAKS: {
    form: 'shell',
    wrong: "printf -- '---\\rname: demo\\rdescription: text\\r---\\r' > skills/demo/SKILL.md",
    right: "tr '\\r' '\\n' < ...",
  },
  TEXT_UNSAFE: { form: 'keys', wrong: 'description: "rings \\a bell"', right: 'description: rings a bell' },
  TEXT_INVISIBLE: { form: 'keys', wrong: 'description: "two \\u200b words"', right: 'description: two words' },

  YAML_COLON: {
    form: 'keys',
    wrong: 'description: Reviews code. Use when: asked to',
    right: 'description: "Reviews code. Use when: asked to"',
  },
  YAML_COLON_QUOTED: {
    form: 'keys',
    wrong: 'description: Reviews code. Use when: asked to',
    right: 'description: "Reviews code. Use when: asked to"',
  },
  YAML_BLOCK: { form: 'keys', wrong: 'description: | Reviews code.', right: 'description: |\n  Reviews code.' },
  YAML_RESERVED: { form: 'keys', wrong: 'description: @me reviews code', right: "description: '@me reviews code'" },
  YAML_QUOTES: { form: 'keys', wrong: "description: 'It's here'", right: "description: 'It''s here'" },
  YAML_DUPLICATE_KEY: { form: 'keys', wrong: 'description: One.\ndescription: Two.', right: 'description: One.' },
  YAML_TAB: { form: 'keys', wrong: 'metadata:\n\tversion: 1.0.0', right: 'metadata:\n  version: 1.0.0' },
  YAML_ANCHOR: { form: 'keys', wrong: 'description: &text Reviews code.', right: 'description: "&text Reviews code."' },
  YAML_TAG: { form: 'keys', wrong: 'description: !text Reviews code.', right: 'description: "!text Reviews code."' },
  YAML_DEPTH: { form: 'keys', wrong: `metadata: ${'['.repeat(21)}${']'.repeat(21)}`, right: 'metadata:\n  tags: a, b' },
  YAML_SYNTAX: { form: 'keys', wrong: 'Reviews code.', right: 'description: Reviews code.' },
  YAML_NOT_A_MAP: {
    form: 'file',
    wrong: '---\n- demo\n- Reviews code.\n---\n',
    right: '---\nname: demo\ndescription: Reviews code.\n---\n',
  },

  SKILL_NAME_MISSING: {
    form: 'file',
    wrong: '---\ndescription: Reviews code.\n---\n',
    right: '---\nname: demo\ndescription: Reviews code.\n---\n',
  },
  SKILL_NAME_INVALID: { form: 'keys', wrong: 'name: Demo_Skill', right: 'name: demo-skill' },
  SKILL_NAME_LENGTH: { form: 'keys', wrong: `name: ${'review-'.repeat(9)}changes`, right: 'name: review-changes' },
  SKILL_NAME_FOLDER: { form: 'keys', wrong: 'name: review-changes   # in the folder demo', right: 'name: demo' },
  SKILL_NAME_TWICE: { form: 'shell', wrong: 'mkdir skills/old; cp -r skills/demo skills/old/demo', right: 'rm -r skills/old/demo' },
  SKILL_DESCRIPTION_MISSING: { form: 'file', wrong: '---\nname: demo\n---\n', right: '---\nname: demo\ndescription: Reviews code.\n---\n' },
  SKILL_DESCRIPTION_LENGTH: {
    form: 'shell',
    wrong: `sed -i "s/^description:.*/description: $(printf 'x%.0s' $(seq 1100))/" skills/demo/SKILL.md`,
  },
  SKILL_DESCRIPTION_LONG: {
    form: 'shell',
    wrong: `sed -i "s/^description:.*/description: $(printf 'x%.0s' $(seq 600))/" skills/demo/SKILL.md`,
  },
  SKILL_DESCRIPTION_CUT: {
    form: 'keys',
    wrong: 'description: Looks after issue #1 and others',
    right: 'description: "Looks after issue #1 and others"',
  },
  SKILL_COMPATIBILITY_LENGTH: {
    form: 'shell',
    wrong: `sed -i "s/^description:/compatibility: $(printf 'x%.0s' $(seq 501))\\n&/" skills/demo/SKILL.md`,
  },
  SKILL_TOOLS_FORM: { form: 'keys', wrong: 'allowed-tools: Read, Write', right: 'allowed-tools: Read Write' },
  SKILL_METADATA_TYPE: { form: 'keys', wrong: 'metadata: 1.0.0', right: 'metadata:\n  version: 1.0.0' },
  SKILL_METADATA_VALUE: { form: 'keys', wrong: 'metadata:\n  owner: {team: a}', right: 'metadata:\n  owner: team a' },
  SKILL_FIELD_TYPE: { form: 'keys', wrong: 'description: [Reviews code.]', right: 'description: Reviews code.' },
  SKILL_FIELD_UNKNOWN: { form: 'keys', wrong: 'homepage: https://example.com', right: 'metadata:\n  homepage: https://example.com' },
  SKILL_VERSION_MISSING: {
    form: 'file',
    wrong: '---\nname: demo\ndescription: Reviews code.\n---\n',
    right: '---\nname: demo\ndescription: Reviews code.\nmetadata:\n  version: 1.0.0\n---\n',
  },
  SKILL_VERSION_INVALID: { form: 'keys', wrong: 'metadata:\n  version: latest', right: 'metadata:\n  version: 1.0.0' },
  SKILL_VERSION_PARTIAL: { form: 'keys', wrong: 'metadata:\n  version: "1.4"', right: 'metadata:\n  version: 1.4.0' },
  SKILL_TIER_INVALID: { form: 'keys', wrong: 'metadata:\n  tier: quick', right: 'metadata:\n  tier: FAST' },
  SKILL_CATEGORY_INVALID: { form: 'keys', wrong: 'metadata:\n  category: basic', right: 'metadata:\n  category: foundational' },
  SKILL_KIND_INVALID: { form: 'keys', wrong: 'metadata:\n  kind: script', right: 'metadata:\n  kind: code' },
  SKILL_TRUST_LEVEL_INVALID: { form: 'keys', wrong: 'metadata:\n  trust-level: high', right: 'metadata:\n  trust-level: 4' },
  SKILL_ENABLED_INVALID: { form: 'keys', wrong: 'metadata:\n  enabled: on request', right: 'metadata:\n  enabled: false' },

  SKILL_BODY_LENGTH: { form: 'shell', wrong: 'seq 501 >> skills/demo/SKILL.md', right: 'seq 501 > skills/demo/numbers.md' },
  SKILL_LINK_BROKEN: { form: 'shell', wrong: "echo '[steps](steps.md)' >> skills/demo/SKILL.md", right: 'touch skills/demo/steps.md' },
  SKILL_LINK_OUTSIDE: {
    form: 'shell',
    wrong: "touch steps.md; echo '[steps](../../steps.md)' >> skills/demo/SKILL.md",
    right: 'cp steps.md skills/demo/',
  },

  META_JSON_INVALID: { form: 'shell', wrong: "mkdir skills/older; echo '{' > skills/older/meta.json" },
  META_JSON_IGNORED: { form: 'shell', wrong: "mkdir skills/notes; echo '{}' > skills/notes/meta.json" },
}
