/** One fault in a healthy database, and the object that verify must name. */
export interface VerifyFault {
  title: string
  sql: string
  object: string
  /** The check that must report it, where others could too. */
  check?: string
  /** Verify stays ok, and warns. */
  warns?: true
  /** No statement repairs it safely: the remedy says so in words. */
  remedy?: 'words'
  backends?: 'server' | 'embedded'
  /** `server_version_num` / 10000. */
  minVersion?: number
  /** Only a role that sees everything finds it. */
  roles?: 'superuser'
}
