/** SQLSTATEs that the tool acts on, by name (PostgreSQL manual, appendix "Error Codes"). */
export const SQLSTATE = {
  duplicateTable: '42P07',
  duplicateObject: '42710',
  duplicateFunction: '42723',
  duplicateColumn: '42701',
  duplicateSchema: '42P06',
  uniqueViolation: '23505',
  internalError: 'XX000',
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  undefinedObject: '42704',
  invalidSchemaName: '3F000',
  foreignKeyViolation: '23503',
  insufficientPrivilege: '42501',
  readOnlyTransaction: '25006',
  activeTransaction: '25001',
  inFailedTransaction: '25P02',
  invalidTransactionTermination: '2D000',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  notInPrerequisiteState: '55000',
  lockNotAvailable: '55P03',
  unsafeNewEnumValue: '55P04',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  tooManyConnections: '53300',
  outOfMemory: '53200',
  configurationLimitExceeded: '53400',
  transactionTimeout: '25P04',
  invalidPassword: '28P01',
  invalidAuthorization: '28000',
  undefinedDatabase: '3D000',
  protocolViolation: '08P01',
} as const

/** An object of that name exists. */
export const OBJECT_EXISTS: ReadonlySet<string> = new Set([
  SQLSTATE.duplicateTable,
  SQLSTATE.duplicateObject,
  SQLSTATE.duplicateFunction,
  SQLSTATE.duplicateColumn,
  SQLSTATE.duplicateSchema,
])

/** The server runs but is not ready: `--wait` waits for it. */
export const STARTING_UP: ReadonlySet<string> = new Set([SQLSTATE.cannotConnectNow, SQLSTATE.tooManyConnections])

/** The server ended the connection. */
export const SESSION_ENDED: ReadonlySet<string> = new Set([SQLSTATE.adminShutdown, SQLSTATE.crashShutdown])

/**
 * The function of the server that reports a role that does not exist. It has the SQLSTATE of a refusal by pg_hba.conf, and its
 * message is in the language of the server.
 */
export const UNKNOWN_ROLE = 'InitializeSessionUserId'
