import { DEFAULTS } from '../../../config/defaults.ts'
import { count, duration } from '../../../config/values.ts'
import { LEAST_PRUNE_AGE_MS } from '../../../core/durations.ts'
import { defineCommand } from '../../parse/spec.ts'

const AGE = duration({ leastMs: LEAST_PRUNE_AGE_MS, text: 'at least 1d, such as 180d or 26w' })

export const spec = defineCommand({
  name: 'prune-events',
  group: 'Telemetry',
  order: 4,
  summary: 'delete old events that the rollups contain',
  options: [
    { flags: '--older-than <time>', type: AGE, required: true, help: 'delete events older than 180d, ...; whole days (UTC)' },
    { flags: '--dry-run', help: 'count them; delete nothing' },
    { flags: '--yes', help: 'confirm, do not ask' },
    { flags: '--batch <n>', type: count(1), default: DEFAULTS.pruneBatch, help: 'events per transaction' },
  ],
  database: true,
  examples: ['skills prune-events --older-than 180d --dry-run', 'skills prune-events --older-than 180d --yes'],
})
