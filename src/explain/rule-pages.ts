import type { Severity } from '../core/diagnostics.ts'
import type { CodePage } from './code-page.ts'
import { RULE_EXAMPLES } from './rule-examples.ts'

/** What the rules of skill files say of themselves. */
export interface RuleFacts {
  severity: Severity
  title: string
  fix: string
  source: 'specification' | 'yaml' | 'registry' | 'safety'
  fixed?: true
  fixable?: true
}

const SOURCES: Readonly<Record<RuleFacts['source'], string>> = {
  specification: 'The Agent Skills specification asks for it: other clients read these files too.',
  yaml: 'The front matter is YAML, and this is what YAML says.',
  registry: 'The columns of `skills_registry`, and the agents that read them, ask for it.',
  safety: 'It keeps hostile or damaged files from doing harm.',
}

/** The pages of the rules of `skills lint` and `skills sync`, in the order of the table. */
export function rulePages(rules: Readonly<Record<string, RuleFacts>>): CodePage[] {
  return Object.entries(rules).map(([code, rule]) => ({
    code,
    kind: 'rule',
    title: rule.title,
    facts: [`severity ${rule.severity}`, rule.fixed === true ? 'cannot be changed' : 'can be changed in the configuration file'],
    meaning: [SOURCES[rule.source]],
    example: exampleOf(code),
    remedies: [rule.fix, ...(rule.fixable === true ? ['`skills lint --fix` can do it'] : [])],
  }))
}

function exampleOf(code: string): CodePage['example'] {
  const example = RULE_EXAMPLES[code]
  if (example === undefined) return { language: '', text: '' }
  const { form, wrong, right } = example
  const [before, after] = form === 'shell' ? ['# makes it', '# mends it'] : ['# wrong', '# right']
  const lines = [before, wrong.trimEnd(), ...(right === undefined ? [] : [after, right.trimEnd()])]
  return { language: form === 'shell' ? 'sh' : 'yaml', text: lines.join('\n') }
}
