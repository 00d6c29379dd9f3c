import type { OwnObjects } from './manifest.ts'
import type { Printed } from './recreate.ts'
import type { NotJudged } from '../report.ts'
import type { NotBuilt } from './not-judged.ts'
import type { CreatedAgain } from './remedies.ts'

/** One difference between the schema and what the applied migrations create. It belongs to exactly one check. */
export interface SchemaFault {
  check: string
  object: string
  expected: string
  actual: string
  remedy: string
  sql?: string
  destructive?: true
  /** Rows that the statements need to be different: those that do not satisfy the condition. */
  rows?: { table: string; condition: string }
  /** For a constraint that is missing or NOT VALID: where to look for rows that violate it. */
  violations?: { table: string; constraint: string; condition: string; isMissing: boolean }
}

export interface ComparisonContext {
  /** Objects that no migration creates count too, unless their name is in `toolTables`. */
  exclusive: boolean
  /** The ledger and its progress table. */
  toolTables: ReadonlySet<string>
  again: CreatedAgain
  /** Both schemas as statements; undefined as long as no fault needs them. */
  printed?: Printed
  /** What the applied migrations of the package create. */
  own: OwnObjects
  /** Migrations whose ledger row an older tool wrote: what they differ in is a warning where the older tool's schema did. */
  adopted: ReadonlySet<string>
  /** The role of --app-role. */
  appRole: string | undefined
  /** Tables that existed before the migrations of the package: an older tool created them. */
  existedBefore: ReadonlySet<string>
  schema: string
  /** `server_version_num`. */
  version: number
  /**
   * `scratch`: what is expected was read from a scratch schema, which the role made: everything that the applied migrations create.
   * `manifest`: the objects of the package; all statements of the user are in `notBuilt`.
   */
  source: { kind: 'scratch'; role: string } | { kind: 'manifest' }
  /** Statements that did not run. What they create or change is not compared. */
  notBuilt: readonly NotBuilt[]
}

export interface SchemaComparison {
  faults: SchemaFault[]
  failures: { place: string; message: string }[]
  /** What was not compared. */
  notJudged: readonly NotJudged[]
  /** Names of the indexes whose validity is part of the comparison. */
  indexes: string[]
}

/** A fault with the name of its object, without the kind. */
export interface NamedFault {
  name: string
  fault: SchemaFault
}
