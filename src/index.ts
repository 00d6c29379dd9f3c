// The library: what `import` from this package gives. The comments are the sections of docs/api.md (`npm run generate`).

// Connection
export { connect } from './api/connect.ts'
export type { ConnectOptions } from './api/connect.ts'
export type { Db, DbInfo } from './db/db.ts'

// Migrations
export { migrate, readMigrationFiles } from './api/migrate.ts'
export type { MigrateCallOptions } from './api/migrate.ts'
export { migrationStatus } from './api/migration-status.ts'
export { newMigration } from './api/new-migration.ts'
export type { NewMigrationCallOptions } from './api/new-migration.ts'
export { repair } from './api/repair.ts'
export type { RepairCallOptions } from './api/repair.ts'
export { baseline } from './api/baseline.ts'
export type { BaselineCallOptions } from './api/baseline.ts'
export { dumpSchema } from './api/dump-schema.ts'
export type { DumpCallOptions, DumpReport } from './api/dump-schema.ts'
export { squashMigrations } from './api/squash-migrations.ts'
export type { SquashCallOptions, SquashReport } from './api/squash-migrations.ts'
export type { Squash } from './migrations/squash/squash.ts'
export type { DumpChanges, FirstDifference } from './migrations/dump/dump-file.ts'
export { lintMigrations } from './api/lint-migrations.ts'
export type { LintMigrationsOptions } from './api/lint-migrations.ts'
export type { MigrationLintReport } from './migrations/run/lint-files.ts'
export { importMigrations } from './api/import-migrations.ts'
export type { ImportMigrationsOptions } from './api/import-migrations.ts'
export type { ImportableName } from './core/importable-tools.ts'
export type { MigrationImportReport } from './migrations/import/import-migrations.ts'
export type { MigrationFile, MigrationSource } from './migrations/files/read-migrations.ts'
export type { NewMigrationReport } from './migrations/files/new-migration.ts'
export type { RepairReport } from './migrations/ledger/repair.ts'
export type { StatusReport } from './migrations/ledger/status.ts'
export type { BaselineReport } from './migrations/run/baseline.ts'
export type {
  AppliedMigration,
  ExistingObject,
  MigrateEvent,
  MigrateReport,
  PendingMigration,
  PlannedHazard,
  PlannedStatement,
} from './migrations/run/report.ts'

// Skills and registry
export { sync } from './api/sync.ts'
export type { SyncCallOptions } from './api/sync.ts'
export { diff } from './api/diff.ts'
export type { ReadingOptions } from './api/reading.ts'
export { lint } from './api/lint.ts'
export type { LintOptions, LintReport } from './registry/lint/lint.ts'
export { readSeverities, rules } from './api/rules.ts'
export type { RuleEntry } from './api/rules.ts'
export type { RuleSeverity, Severities } from './registry/rules/severities.ts'
export { listSkills, setSkills, showSkill } from './api/registry-skills.ts'
export type { RegistrySkill, SkillDetails, SkillFilter } from './registry/table/registry-skills.ts'
export type { SetReport, SkillSetting } from './registry/table/set-skills.ts'
export { newSkill } from './api/write-skills.ts'
export type { NewSkill, NewSkillOptions } from './registry/authoring/new-skill.ts'
export { importSkills } from './api/write-skills.ts'
export type { ImportedSkill, ImportOptions, ImportReport } from './registry/authoring/import-skills.ts'
export type { Skill, SkillFields, SkillMeta } from './registry/skill/skill.ts'
export type { DiffEntry, DiffReport } from './registry/table/diff-report.ts'
export type { Change, FieldChange, FileChange, OperatorOverride, PruneMode, SyncMode, SyncReport } from './registry/table/sync-report.ts'

// Checks
export { remedyScript } from './api/remedy-script.ts'
export { verify } from './api/verify.ts'
export type { VerifyCallOptions } from './api/verify.ts'
export { doctor } from './api/doctor.ts'
export { appRoleGrants } from './api/grants.ts'
export type { GrantsReport } from './api/grants.ts'
export { APP_ROLE_GRANTS } from './core/privileges.ts'
export type { AppRoleGrant } from './core/privileges.ts'
export { grantStatements } from './verify/app-role.ts'
export type { DoctorReport, DoctorSetting } from './doctor/report.ts'
export type { Finding } from './doctor/report.ts'
export type { RemedyScript } from './verify/remedy-script.ts'
export type { CheckResult, Fault, NotJudged, VerifyReport } from './verify/report.ts'

// Telemetry
export { createSkills } from './api/create-skills.ts'
export type { CreateSkillsOptions } from './api/create-skills.ts'
export { logEvents } from './api/log-events.ts'
export { demoData } from './api/demo-data.ts'
export type { DemoCallOptions } from './api/demo-data.ts'
export type { SkillsOptions } from './telemetry/create-skills.ts'
export type { DemoReport } from './telemetry/demo-data.ts'
export type { Feedback } from './telemetry/input-checks.ts'
export type { EventLogOptions, EventLogReport, LineError } from './telemetry/import-events.ts'
export type { ListedSkill } from './telemetry/listed-skill.ts'
export type { Rollout } from './telemetry/skill-filter.ts'
export type { OfferFilter } from './telemetry/skill-filter.ts'
export type { FlushResult, Skills, Unlock } from './telemetry/skills-client.ts'
export type { UsageEvent, UsageOutcome } from './telemetry/usage-event.ts'
export type { UsageCounts } from './telemetry/usage-writer.ts'

// Stats
export { stats } from './api/stats.ts'
export type { StatsCallOptions } from './api/stats.ts'
export { eventTail } from './api/event-tail.ts'
export { rollUp } from './api/events.ts'
export type { RollupOptions, RollupProgress, RollupReport } from './stats/rollup.ts'
export type { SetAside, SetAsideRow } from './stats/set-aside.ts'
export { pruneEvents } from './api/events.ts'
export type { PruneOptions, PruneReport } from './stats/prune-events.ts'
export { forgetUser } from './api/events.ts'
export type { ForgetOptions, ForgetUserReport } from './api/events.ts'
export type { ForgetReport } from './stats/forget-user.ts'
export type { SpilledUser } from './telemetry/forget-spilled.ts'
export { DIMENSIONS } from './stats/read-groups.ts'
export type {
  Comparison,
  Cooccurrence,
  DayPoint,
  Dimension,
  FunnelStage,
  Groups,
  GroupStats,
  Latency,
  SkillChange,
  SkillPage,
  SkillStats,
  StatsReport,
  StatsSource,
  StatsViewName,
  Totals,
  UserAction,
} from './stats/report.ts'
export type { EventTail, TailEvent, TailResult, TailOptions, TailSums } from './stats/tail.ts'

// Codes and errors
export { explainCodes, findCode } from './api/explain.ts'
export type { CodePage } from './explain/pages.ts'
export type { Diagnostic } from './core/diagnostics.ts'
export { EXIT, SkillsError } from './core/errors.ts'
export type { ErrorCode, ExitCode } from './core/errors.ts'
export { DatabaseError } from './db/database-error.ts'
