import { databaseErrorFrom } from './database-error.ts'
import type { CopyFrom, Notice } from './db.ts'

/** The part of PGlite that reads the rows of a COPY, so that its types stay out of ours. */
export interface BlobEngine {
  query(sql: string, parameters: [], options: { blob: Blob; onNotice: (notice: BlobNotice) => void }): Promise<unknown>
}

interface BlobNotice {
  severity?: string | undefined
  code?: string | undefined
  message?: string | undefined
}

/**
 * A COPY ... FROM STDIN on the embedded engine, which ends when it is asked for rows over the protocol: it reads them from a
 * device file of its own instead, which holds all rows in memory.
 */
export async function copyFromBlob(engine: BlobEngine, { text, rows, stdin }: CopyFrom, onNotice: (notice: Notice) => void): Promise<void> {
  const fromDevice = `${text.slice(0, stdin.start)}'/dev/blob'${text.slice(stdin.end)}`
  try {
    await engine.query(fromDevice, [], {
      blob: new Blob([...rows]),
      onNotice: ({ severity = 'NOTICE', code = '00000', message = '' }) => onNotice({ severity, code, message }),
    })
  } catch (error) {
    throw databaseErrorFrom(namedAsDriver(error as Error & Record<string, unknown>))
  }
}

/** The engine names some fields in another way than the driver. */
function namedAsDriver(error: Error & Record<string, unknown>): Record<string, unknown> {
  const { internalQuery, internalPosition, schema, table, column, constraint } = error
  return {
    ...error,
    message: error.message,
    internal_query: internalQuery,
    internal_position: internalPosition,
    schema_name: schema,
    table_name: table,
    column_name: column,
    constraint_name: constraint,
  }
}
