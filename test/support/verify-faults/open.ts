/**
 * What verify does not do yet, by title. When one of them works, its test fails until it is removed here.
 */
export const OPEN: Readonly<Record<'caught' | 'remedies' | 'harmless', readonly string[]>> = {
  caught: [
    'is_skill_unlocked with one argument less too',
    'is_skill_unlocked with other types too',
    'log_skill_usage with one argument less too',
    'log_skill_usage with other types too',
    'log_skill_usage_batch with one argument less too',
    'log_skill_usage_batch with other types too',
    'unlock_skill with one argument less too',
    'unlock_skill with other types too',
  ],
  remedies: [
    'a CHECK more on skill_usage_events',
    'a file that was interrupted',
    'a generated column',
    'a unique index more on skill_feedback',
    'collation of skill_feedback.notes',
    'no column v_skill_cooccurrence.element',
    'no default of the key of skill_usage_events',
    'policy 2 on agent_emergence_candidates',
    'policy 4 on agent_emergence_candidates',
    'rename column v_skill_cooccurrence.first_observed',
    'rename column v_skill_effectiveness.success_count',
    'rule 4 on skill_unlocks',
    'trigger 1 on skills_registry',
    'trigger 4 on skill_feedback',
    'type of column v_skill_cooccurrence.realm',
    'type of column v_skill_effectiveness.first_use',
    'type of column v_skill_effectiveness.total_uses',
  ],
  harmless: [],
}
