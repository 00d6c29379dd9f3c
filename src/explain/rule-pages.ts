import type { Severity } from '../core/diagnostics.ts'
import type { CodePage } from './code-page.ts'

/** A rule of `skills lint`, with an example. */
export interface RuleFacts {
  severity: Severity
  /** What is wrong when the rule fires. */
  title: string
  fix: string
  source: 'specification' | 'yaml' | 'registry' | 'safety'
  /** The severity cannot be changed. */
  fixed?: true
  /** `skills lint --fix` can fix it. */
  fixable?: true
  /** Front matter (`keys`), a whole SKILL.md (`file`) or commands beside `skills/` (`shell`), without and with the fault. */
  example: { form: 'keys' | 'file' | 'shell'; wrong: string; right: string }
}

const SOURCES: Readonly<Record<RuleFacts['source'], string>> = {
  specification: 'The Agent Skills specification requires it. Other clients read these files too.',
  yaml: 'The front matter is YAML, and YAML requires it.',
  registry: 'The columns of `skills_registry`, and the agents that read them, require it.',
  safety: 'It protects against hostile or damaged files.',
}

/** The pages of the rules of `skills lint` and `skills sync`, in the order given. */
export function rulePages(rules: Readonly<Record<string, RuleFacts>>): CodePage[] {
  return Object.entries(rules).map(([code, { severity, title, fix, source, fixed, fixable, example }]) => ({
    code,
    kind: 'rule',
    title,
    facts: [`severity ${severity}`, fixed === true ? 'cannot be changed' : 'can be changed in the configuration file'],
    meaning: [SOURCES[source]],
    example: exampleOf(example),
    remedies: [fix, ...(fixable === true ? ['`skills lint --fix` can fix it'] : [])],
  }))
}

function exampleOf({ form, wrong, right }: RuleFacts['example']): CodePage['example'] {
  const [before, after] = form === 'shell' ? ['# causes it', '# fixes it'] : ['# wrong', '# right']
  return { language: form === 'shell' ? 'sh' : 'yaml', text: [before, wrong.trimEnd(), after, right.trimEnd()].join('\n') }
}
