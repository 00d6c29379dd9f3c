// Number and string types of the reports. The tags become constraints in docs/output.schema.json (`npm run generate`).

/**
 * A whole number, 0 or more.
 * @asType integer
 * @minimum 0
 */
export type Count = number

/**
 * A whole number.
 * @asType integer
 */
export type Integer = number

/**
 * A line or a column, counted from 1. Columns count Unicode code points.
 * @asType integer
 * @minimum 1
 */
export type Position = number

/**
 * Percent, 0 to 100.
 * @minimum 0
 * @maximum 100
 */
export type Percent = number

/**
 * Trust level of a skill, 1 to 5.
 * @asType integer
 * @minimum 1
 * @maximum 5
 */
export type TrustLevel = number

/**
 * Time in ISO 8601, UTC: `2026-01-31T12:00:00.000Z`.
 * @pattern ^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$
 */
export type Time = string

/**
 * Day of UTC: `2026-01-31`.
 * @pattern ^\d{4}-\d{2}-\d{2}$
 */
export type Day = string

/**
 * Digest of a migration file.
 * @pattern ^sha256:[0-9a-f]{64}$
 */
export type Checksum = string

/** A folder or a file of migrations that is not read. */
export interface FolderNote {
  /** As people name it. */
  folder: string
  /**
   * `empty`: it has no .sql files. `sub-folder`: it is inside a folder of migrations, and its .sql files are not read. `package file`: a
   * file with the name and the objects of a migration of the package, which runs in its place.
   */
  kind: 'empty' | 'sub-folder' | 'package file'
  message: string
}
