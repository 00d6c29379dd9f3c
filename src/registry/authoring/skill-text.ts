import { quoted, yamlScalar } from '../front-matter/yaml-scalar.ts'

/** What a new SKILL.md says; keys without a value are left out. */
export interface SkillText {
  name: string
  description: string
  license?: string | undefined
  compatibility?: string | undefined
  /** One text with spaces between. */
  allowedTools?: string | undefined
  /** In this order. */
  metadata: readonly (readonly [key: string, value: string])[]
  body: string
}

/** The text of a SKILL.md in the form of the specification: every value one line of text. */
export function skillText({ name, description, license, compatibility, allowedTools, metadata, body }: SkillText): string {
  const top: [string, string | undefined][] = [
    ['name', name],
    ['description', description],
    ['license', license],
    ['compatibility', compatibility],
    ['allowed-tools', allowedTools],
  ]
  const lines = top.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${yamlScalar(value)}`]))
  const inner = metadata.map(([key, value]) => `  ${yamlScalar(key)}: ${key === 'version' ? quoted(value) : yamlScalar(value)}`)
  return ['---', ...lines, ...(inner.length === 0 ? [] : ['metadata:', ...inner]), '---', '', `${body.trim()}\n`].join('\n')
}
