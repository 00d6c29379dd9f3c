/** What people should know about an error code beyond the message of the moment. */
export interface ErrorText {
  title: string
  meaning: string
  /** A command and what it prints. */
  example: string
  remedies: readonly string[]
}
