import { FOLDER } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'quickstart',
  group: 'Getting started',
  order: 1,
  summary: 'try everything on an embedded database',
  description: 'Try everything on an embedded database: migrate, sync, sample events, verify, stats.',
  options: [{ flags: '--embedded <dir>', type: FOLDER, help: 'folder of the database (default: .skills/db)' }],
  examples: ['skills quickstart'],
})
