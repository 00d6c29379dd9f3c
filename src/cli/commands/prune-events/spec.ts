import { DEFAULTS } from '../../../config/defaults.ts'
import { count, duration } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'prune-events',
  group: 'Telemetry',
  order: 4,
  summary: 'delete old events that the rollups contain',
  options: [
    { flags: '--older-than <time>', type: duration(), required: true, help: 'delete events older than 180d, ...; whole days (UTC)' },
    { flags: '--dry-run', help: 'count them; delete nothing' },
    { flags: '--yes', help: 'confirm, do not ask' },
    { flags: '--batch <n>', type: count(1), default: DEFAULTS.pruneBatch, help: 'events per transaction' },
  ],
  database: true,
  examples: ['skills prune-events --older-than 180d --dry-run', 'skills prune-events --older-than 180d --yes'],
})
