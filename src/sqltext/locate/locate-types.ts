/** The fields of a server's error that say something about its place (PostgreSQL manual, "Error and Notice Message Fields"). */
export interface ServerError {
  message: string
  /** SQLSTATE. */
  code: string
  /** In code points from 1, of all that was sent. */
  position?: number | undefined
  where?: string | undefined
  internalQuery?: string | undefined
  internalPosition?: number | undefined
  constraint?: string | undefined
  column?: string | undefined
  table?: string | undefined
}

export interface Location {
  /** UTF-16 offset. */
  offset: number
  /** Whether the fault is there, and not just somewhere in the statement. */
  exact: boolean
}
