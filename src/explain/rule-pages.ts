import type { Severity } from '../core/diagnostics.ts'
import type { CodePage } from './code-page.ts'

/** What a page needs of a rule. */
export interface RuleFacts {
  severity: Severity
  title: string
  fix: string
  source: 'specification' | 'yaml' | 'registry' | 'safety'
  fixed?: true
  fixable?: true
  example: { form: 'keys' | 'file' | 'shell'; wrong: string; right: string }
}

const SOURCES: Readonly<Record<RuleFacts['source'], string>> = {
  specification: 'The Agent Skills specification requires it: other clients read these files too.',
  yaml: 'The front matter is YAML, and YAML requires it.',
  registry: 'The columns of `skills_registry`, and the agents that read them, require it.',
  safety: 'It protects against hostile or damaged files.',
}

/** The pages of the rules of `skills lint` and `skills sync`, in the order of the table. */
export function rulePages(rules: Readonly<Record<string, RuleFacts>>): CodePage[] {
  return Object.entries(rules).map(([code, rule]) => ({
    code,
    kind: 'rule',
    title: rule.title,
    facts: [`severity ${rule.severity}`, rule.fixed === true ? 'cannot be changed' : 'can be changed in the configuration file'],
    meaning: [SOURCES[rule.source]],
    example: exampleOf(rule),
    remedies: [rule.fix, ...(rule.fixable === true ? ['`skills lint --fix` can do this'] : [])],
  }))
}

function exampleOf({ example: { form, wrong, right } }: RuleFacts): CodePage['example'] {
  const [before, after] = form === 'shell' ? ['# break it', '# fix it'] : ['# wrong', '# right']
  return { language: form === 'shell' ? 'sh' : 'yaml', text: [before, wrong.trimEnd(), after, right.trimEnd()].join('\n') }
}
