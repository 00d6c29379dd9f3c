import { oneOf } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'completion',
  group: 'Getting started',
  order: 2,
  summary: 'print a completion script for a shell',
  arguments: [{ name: '<shell>', what: 'shell', type: oneOf('bash', 'zsh', 'fish'), help: '' }],
  examples: ['skills completion fish | source', 'source <(skills completion bash)', 'source <(skills completion zsh)'],
})
