import { FOLDER } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'forget-user',
  group: 'Telemetry',
  order: 5,
  summary: 'delete a user from all tables',
  description: 'Delete a user from events, feedback, unlocks, rollups and a spill folder. Earlier events that arrive later are not stored.',
  arguments: [{ name: '<id>', help: 'the user' }],
  options: [
    { flags: '--spill <dir>', type: FOLDER, help: 'also delete the user from the files of this spill folder' },
    { flags: '--dry-run', help: 'count the rows; delete nothing' },
    { flags: '--yes', help: 'confirm, do not ask' },
  ],
  database: true,
  examples: [
    'skills forget-user 9f1c1d3e-0000-4000-8000-000000000001 --dry-run',
    'skills forget-user 9f1c1d3e-0000-4000-8000-000000000001 --spill spill --yes',
  ],
})
