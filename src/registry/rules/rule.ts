import type { Severity } from '../../core/diagnostics.ts'

/**
 * Where a rule comes from: `specification` is the Agent Skills specification (agentskills/agentskills,
 * docs/specification.mdx, 2026-08), `yaml` is the YAML 1.2 specification, `registry` means the columns of skills_registry
 * and the agents that read them, `safety` protects against hostile or damaged files.
 */
export type RuleSource = 'specification' | 'yaml' | 'registry' | 'safety'

/** One thing that lint checks. A code never changes its meaning. */
export interface Rule {
  severity: Severity
  /** What is wrong with the skill. No full stop. */
  title: string
  /** What to do about it, as an instruction. The hint of a diagnostic that has none of its own. */
  fix: string
  source: RuleSource
  /** The severity cannot be changed: the skill is unusable or unsafe. */
  fixed?: true
  /** `skills lint --fix` can fix it when the meaning is clear. */
  fixable?: true
  example: RuleExample
}

/**
 * A skill `skills/demo` that breaks the rule, and the same skill fixed. `skills explain` and docs/codes.md show the example;
 * a test runs it: `wrong` breaks this rule and no other, `right` breaks none.
 */
export interface RuleExample {
  /** `keys`: lines of the front matter. `file`: the whole SKILL.md. `shell`: commands, run beside `skills/`, `right` after `wrong`. */
  form: 'keys' | 'file' | 'shell'
  wrong: string
  right: string
  /** Found only with `--lenient`. */
  lenient?: true
}
