import type { ErrorCode } from '../../core/errors.ts'
import type { ErrorText } from './error-text.ts'

/** Codes of the commands that count, keep and remove what was logged. */
export const TELEMETRY_ERRORS = {
  ROLLUP_FOREIGN: {
    title: 'The rollups were made on another server',
    meaning:
      'The sums that `skills stats` answers from are kept with a snapshot of transactions, which says nothing on any other server. This database was restored or copied from one. Until the sums are built anew the events themselves are read.',
    example: 'error [ROLLUP_FOREIGN] the rollups were made on another server\n  → skills rollup --rebuild adds them up anew',
    remedies: ['`skills rollup` notices it and builds them anew'],
  },
  ROLLUP_KEPT: {
    title: 'A rebuild would lose the sums of pruned events',
    meaning:
      'The events before some time were removed by `skills prune-events`; only the rollups still know how many there were. A rebuild adds up the events that are left. Nothing was changed.',
    example:
      '$ skills rollup --rebuild\nerror [ROLLUP_KEPT] events before 2026-05-01T00:00:00.000Z are pruned: a rebuild would lose what the rollups hold of them\n  → nothing was changed; --rebuild --yes does it all the same',
    remedies: ['leave the rollups as they are', 'if that history may go: `skills rollup --rebuild --yes`'],
  },
  EVENTS_EXIST: {
    title: 'Sample data was not written beside real events',
    meaning:
      'The log has events already. Samples among them would make every number of `skills stats` wrong for good. Nothing was written.',
    example:
      '$ skills demo-data\nerror [EVENTS_EXIST] the log of postgres://app@db/prod has events already: sample data would falsify its statistics\n  → nothing was written; use an empty database, such as --embedded demo, or add --yes',
    remedies: ['use another database: `skills demo-data --embedded demo`', 'if they are samples too: `--yes`'],
  },
} as const satisfies Partial<Record<ErrorCode, ErrorText>>
