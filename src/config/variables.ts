import { SkillsError } from '../core/errors.ts'
import { isVariableName } from '../core/names.ts'
import { textAfter, textBefore } from '../core/text.ts'
import type { OptionSpec } from './option.ts'
import type { ValueType } from './values.ts'

/** Not checked here: a message about it would repeat the value, which can be a secret. */
const ASSIGNMENT: ValueType<string> = { expected: 'NAME=VALUE', read: (text) => text }

export const VARIABLE_OPTION = {
  flags: '--var <name=value>',
  type: ASSIGNMENT,
  repeatable: true,
  help: 'value of :name, :\'name\', :"name" in your files',
} as const satisfies OptionSpec

/** The values of variables: of the options, then of the configuration file. Throws USAGE and CONFIG_INVALID, without a value. */
export function readVariables(given: readonly string[] = [], configured: Readonly<Record<string, string>> = {}): Record<string, string> {
  const wrong = Object.keys(configured).find((name) => !isVariableName(name) || configured[name]?.includes('\0') === true)
  if (wrong !== undefined) throw new SkillsError('CONFIG_INVALID', `"variables": ${RULE}, not ${JSON.stringify(wrong)}`)
  const options = given.map((assignment) => {
    const name = textBefore(assignment, '=')
    if (!assignment.includes('=')) throw new SkillsError('USAGE', 'a value for --var without "="', { hint: 'write --var NAME=VALUE' })
    if (!isVariableName(name)) throw new SkillsError('USAGE', `invalid name ${JSON.stringify(name)} for --var (${RULE})`)
    return [name, textAfter(assignment, '=')] as const
  })
  return { ...configured, ...Object.fromEntries(options) }
}

const RULE = 'a name has letters, digits and _, and begins with no digit'
