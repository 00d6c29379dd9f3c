/** One way in which a schema is not what its files make, as the checks of `sql/verify/15-drift.sql` take it. */
export interface Drift {
  kind: 'missing' | 'different' | 'extra' | 'grant' | 'comment'
  object: string
  expected: string
  actual: string
  remedy: string
}

export interface DriftContext {
  /** What is not of the files counts too, unless its name is among `ours`. */
  exclusive: boolean
  /** Tables that the tool keeps for itself. */
  ours: ReadonlySet<string>
  /** `file:line` of the statement that makes an object, by `kind name`. */
  madeAt: Readonly<Record<string, string>>
  /** Statements of the files that could not be run: what they name is not judged. */
  failures: readonly { place: string; text: string; code: string; message: string }[]
  /** The role that made the copy. */
  user: string
  /** Objects that another check has named. */
  told: ReadonlySet<string>
}
