import type { StatementKind } from '../statements/statement-kind.ts'
import type { Hazard } from './hazard.ts'
import { HazardRun, type HazardServer } from './hazard-run.ts'

/** A file of a run; a `ParsedMigration` is one. */
export interface HazardFile {
  noTransaction: boolean
  statements: readonly { text: string; kind: StatementKind }[]
}

/** The hazards of each statement of each file, in the order in which they would run. */
export function findRunHazards(files: readonly HazardFile[], server?: HazardServer): Hazard[][][] {
  const run = new HazardRun(server)
  return files.map(({ noTransaction, statements }) => {
    run.nextFile(!noTransaction)
    return statements.map(({ text, kind }) => run.next(text, kind))
  })
}
