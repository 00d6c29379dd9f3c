import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { RuleExample } from '../../src/registry/rules/rule.ts'
import { scratch } from './scratch.ts'

/** A skill `skills/demo` that breaks no rule. */
const KEYS = ['name: demo', 'description: Reviews code. Use it before a merge.', 'metadata:\n  version: 1.0.0']

/** Writes one side of an example of a rule to a new folder; returns the folder that holds `skills/`. */
export function exampleFolder({ form, wrong, right }: RuleExample, side: 'wrong' | 'right'): string {
  const text = side === 'wrong' ? wrong : right
  const cwd = scratch({ 'skills/demo/SKILL.md': form === 'file' ? text : skillWith(form === 'keys' ? text : '') })
  if (form === 'shell') execFileSync('bash', ['-euc', side === 'wrong' ? wrong : `${wrong}; ${right}`], { cwd })
  return cwd
}

/** The file of the skill in such a folder. */
export function exampleFile(cwd: string): string {
  return path.join(cwd, 'skills/demo/SKILL.md')
}

/** The good skill, with some lines of front matter in place of those with the same key. */
function skillWith(lines: string): string {
  const rest = KEYS.filter((line) => !new RegExp(`^${line.replace(/:[^]*/, '')}:`, 'm').test(lines))
  return `---\n${[lines, ...rest].filter((line) => line !== '').join('\n')}\n---\n\n# Demo\n`
}
