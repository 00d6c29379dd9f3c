/**
 * What verify does not do yet, by title. When one of them works, its test fails until it is removed here.
 */
export const OPEN: Readonly<Record<'caught' | 'remedies' | 'harmless', readonly string[]>> = {
  caught: [],
  remedies: [
    'a view in place of skills_registry',
    'a materialized view in place of skills_registry',
    'a view in place of skill_unlocks',
    'a materialized view in place of skill_unlocks',
    'a view in place of skill_usage_events',
    'a materialized view in place of skill_usage_events',
    'a view in place of skill_feedback',
    'a materialized view in place of skill_feedback',
    'a view in place of agent_emergence_candidates',
    'a materialized view in place of agent_emergence_candidates',
    'a key of skill_usage_events that only the database gives',
    'a key of skill_feedback that only the database gives',
    'a key of agent_emergence_candidates that only the database gives',
    'no default of the key of skill_usage_events',
    'no default of the key of skill_feedback',
    'no default of the key of agent_emergence_candidates',
    'drop skill_usage_events_id_seq',
    'drop skill_feedback_id_seq',
    'drop agent_emergence_candidates_id_seq',
    'a file that was interrupted',
  ],
  harmless: [],
}
