/* The embedded files of ssot/, read from the paths below. A new schema or example needs two entries: one in the
 * list of bytes, one in the table. OwnFilesTests fails if one is missing. */
#include "defaults.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

/* clang-format off */
static const unsigned char examples_invalid_alerts_days_below_one[] = {
#embed "../../../ssot/examples/invalid/alerts/days-below-one.json"
};
static const unsigned char examples_invalid_alerts_unknown_threshold[] = {
#embed "../../../ssot/examples/invalid/alerts/unknown-threshold.json"
};
static const unsigned char examples_invalid_attestations_private_key[] = {
#embed "../../../ssot/examples/invalid/attestations/private-key.json"
};
static const unsigned char examples_invalid_authorization_no_roles[] = {
#embed "../../../ssot/examples/invalid/authorization/no-roles.json"
};
static const unsigned char examples_invalid_authorization_person_without_list[] = {
#embed "../../../ssot/examples/invalid/authorization/person-without-list.json"
};
static const unsigned char examples_invalid_authorization_rule_without_subject[] = {
#embed "../../../ssot/examples/invalid/authorization/rule-without-subject.json"
};
static const unsigned char examples_invalid_gates_no_overdue_in_version_1[] = {
#embed "../../../ssot/examples/invalid/gates/no-overdue-in-version-1.json"
};
static const unsigned char examples_invalid_gates_slos_in_version_1[] = {
#embed "../../../ssot/examples/invalid/gates/slos-in-version-1.json"
};
static const unsigned char examples_invalid_gates_unknown_severity_of_burn[] = {
#embed "../../../ssot/examples/invalid/gates/unknown-severity-of-burn.json"
};
static const unsigned char examples_invalid_gates_unknown_severity[] = {
#embed "../../../ssot/examples/invalid/gates/unknown-severity.json"
};
static const unsigned char examples_invalid_milestone_absolute_path[] = {
#embed "../../../ssot/examples/invalid/milestone/absolute-path.json"
};
static const unsigned char examples_invalid_milestone_check_as_shell_line[] = {
#embed "../../../ssot/examples/invalid/milestone/check-as-shell-line.json"
};
static const unsigned char examples_invalid_milestone_check_of_unknown_kind[] = {
#embed "../../../ssot/examples/invalid/milestone/check-of-unknown-kind.json"
};
static const unsigned char examples_invalid_milestone_check_that_leads_out[] = {
#embed "../../../ssot/examples/invalid/milestone/check-that-leads-out.json"
};
static const unsigned char examples_invalid_milestone_check_without_inputs[] = {
#embed "../../../ssot/examples/invalid/milestone/check-without-inputs.json"
};
static const unsigned char examples_invalid_milestone_lower_case_id[] = {
#embed "../../../ssot/examples/invalid/milestone/lower-case-id.json"
};
static const unsigned char examples_invalid_milestone_no_criteria[] = {
#embed "../../../ssot/examples/invalid/milestone/no-criteria.json"
};
static const unsigned char examples_invalid_milestone_record_without_inputs[] = {
#embed "../../../ssot/examples/invalid/milestone/record-without-inputs.json"
};
static const unsigned char examples_invalid_milestone_repeated_dependency[] = {
#embed "../../../ssot/examples/invalid/milestone/repeated-dependency.json"
};
static const unsigned char examples_invalid_milestone_short_digest[] = {
#embed "../../../ssot/examples/invalid/milestone/short-digest.json"
};
static const unsigned char examples_invalid_milestone_unknown_property[] = {
#embed "../../../ssot/examples/invalid/milestone/unknown-property.json"
};
static const unsigned char examples_invalid_milestone_waiver_without_end[] = {
#embed "../../../ssot/examples/invalid/milestone/waiver-without-end.json"
};
static const unsigned char examples_invalid_paths_guards_nothing[] = {
#embed "../../../ssot/examples/invalid/paths/guards-nothing.json"
};
static const unsigned char examples_invalid_plan_fifth_property[] = {
#embed "../../../ssot/examples/invalid/plan/fifth-property.json"
};
static const unsigned char examples_invalid_plan_no_plan_id[] = {
#embed "../../../ssot/examples/invalid/plan/no-plan-id.json"
};
static const unsigned char examples_invalid_provenance_unknown_mode[] = {
#embed "../../../ssot/examples/invalid/provenance/unknown-mode.json"
};
static const unsigned char examples_invalid_refs_short_name[] = {
#embed "../../../ssot/examples/invalid/refs/short-name.json"
};
static const unsigned char examples_invalid_runtime_config_negative_timeout[] = {
#embed "../../../ssot/examples/invalid/runtime.config/negative-timeout.json"
};
static const unsigned char examples_invalid_runtime_config_no_profiles[] = {
#embed "../../../ssot/examples/invalid/runtime.config/no-profiles.json"
};
static const unsigned char examples_invalid_runtime_config_too_many_attempts[] = {
#embed "../../../ssot/examples/invalid/runtime.config/too-many-attempts.json"
};
static const unsigned char examples_invalid_runtime_config_unknown_jitter[] = {
#embed "../../../ssot/examples/invalid/runtime.config/unknown-jitter.json"
};
static const unsigned char examples_invalid_runtime_config_unknown_setting[] = {
#embed "../../../ssot/examples/invalid/runtime.config/unknown-setting.json"
};
static const unsigned char examples_invalid_runtime_config_variable_with_value[] = {
#embed "../../../ssot/examples/invalid/runtime.config/variable-with-value.json"
};
static const unsigned char examples_invalid_secrets_pattern_without_name[] = {
#embed "../../../ssot/examples/invalid/secrets/pattern-without-name.json"
};
static const unsigned char examples_invalid_secrets_too_short_words[] = {
#embed "../../../ssot/examples/invalid/secrets/too-short-words.json"
};
static const unsigned char examples_invalid_sinks_name_with_slash[] = {
#embed "../../../ssot/examples/invalid/sinks/name-with-slash.json"
};
static const unsigned char examples_invalid_sinks_other_protocol[] = {
#embed "../../../ssot/examples/invalid/sinks/other-protocol.json"
};
static const unsigned char examples_invalid_sinks_unknown_kind[] = {
#embed "../../../ssot/examples/invalid/sinks/unknown-kind.json"
};
static const unsigned char examples_invalid_slo_capture_body_without_digest[] = {
#embed "../../../ssot/examples/invalid/slo-capture/body-without-digest.json"
};
static const unsigned char examples_invalid_slo_capture_half_a_second[] = {
#embed "../../../ssot/examples/invalid/slo-capture/half-a-second.json"
};
static const unsigned char examples_invalid_slo_capture_password_in_address[] = {
#embed "../../../ssot/examples/invalid/slo-capture/password-in-address.json"
};
static const unsigned char examples_invalid_slo_calendar_window[] = {
#embed "../../../ssot/examples/invalid/slo/calendar-window.json"
};
static const unsigned char examples_invalid_slo_no_runbook[] = {
#embed "../../../ssot/examples/invalid/slo/no-runbook.json"
};
static const unsigned char examples_invalid_slo_timeslices[] = {
#embed "../../../ssot/examples/invalid/slo/timeslices.json"
};
static const unsigned char examples_invalid_slo_two_objectives[] = {
#embed "../../../ssot/examples/invalid/slo/two-objectives.json"
};
static const unsigned char examples_invalid_version_short_commit[] = {
#embed "../../../ssot/examples/invalid/version/short-commit.json"
};
static const unsigned char examples_invalid_workflow_no_pending_state[] = {
#embed "../../../ssot/examples/invalid/workflow/no-pending-state.json"
};
static const unsigned char examples_invalid_workflow_unknown_guard[] = {
#embed "../../../ssot/examples/invalid/workflow/unknown-guard.json"
};
static const unsigned char examples_runtime_config[] = {
#embed "../../../ssot/examples/runtime.config.json"
};
static const unsigned char examples_valid_alerts_strict[] = {
#embed "../../../ssot/examples/valid/alerts/strict.json"
};
static const unsigned char examples_valid_attestations_one_key[] = {
#embed "../../../ssot/examples/valid/attestations/one-key.json"
};
static const unsigned char examples_valid_authorization_people[] = {
#embed "../../../ssot/examples/valid/authorization/people.json"
};
static const unsigned char examples_valid_authorization_two_roles[] = {
#embed "../../../ssot/examples/valid/authorization/two-roles.json"
};
static const unsigned char examples_valid_gates_release[] = {
#embed "../../../ssot/examples/valid/gates/release.json"
};
static const unsigned char examples_valid_gates_service_levels[] = {
#embed "../../../ssot/examples/valid/gates/service-levels.json"
};
static const unsigned char examples_valid_gates_target_days[] = {
#embed "../../../ssot/examples/valid/gates/target-days.json"
};
static const unsigned char examples_valid_milestone_blocked[] = {
#embed "../../../ssot/examples/valid/milestone/blocked.json"
};
static const unsigned char examples_valid_milestone_checked[] = {
#embed "../../../ssot/examples/valid/milestone/checked.json"
};
static const unsigned char examples_valid_milestone_checks_without_command[] = {
#embed "../../../ssot/examples/valid/milestone/checks-without-command.json"
};
static const unsigned char examples_valid_milestone_in_review[] = {
#embed "../../../ssot/examples/valid/milestone/in-review.json"
};
static const unsigned char examples_valid_milestone_minimal[] = {
#embed "../../../ssot/examples/valid/milestone/minimal.json"
};
static const unsigned char examples_valid_milestone_waived[] = {
#embed "../../../ssot/examples/valid/milestone/waived.json"
};
static const unsigned char examples_valid_paths_infrastructure_and_contract[] = {
#embed "../../../ssot/examples/valid/paths/infrastructure-and-contract.json"
};
static const unsigned char examples_valid_plan_retired[] = {
#embed "../../../ssot/examples/valid/plan/retired.json"
};
static const unsigned char examples_valid_plan_two_milestones[] = {
#embed "../../../ssot/examples/valid/plan/two-milestones.json"
};
static const unsigned char examples_valid_provenance_warn[] = {
#embed "../../../ssot/examples/valid/provenance/warn.json"
};
static const unsigned char examples_valid_refs_main_and_releases[] = {
#embed "../../../ssot/examples/valid/refs/main-and-releases.json"
};
static const unsigned char examples_valid_runtime_config_extends[] = {
#embed "../../../ssot/examples/valid/runtime.config/extends.json"
};
static const unsigned char examples_valid_runtime_config_one_profile[] = {
#embed "../../../ssot/examples/valid/runtime.config/one-profile.json"
};
static const unsigned char examples_valid_secrets_badges_and_entropy[] = {
#embed "../../../ssot/examples/valid/secrets/badges-and-entropy.json"
};
static const unsigned char examples_valid_sinks_three_kinds[] = {
#embed "../../../ssot/examples/valid/sinks/three-kinds.json"
};
static const unsigned char examples_valid_slo_capture_empty_answer[] = {
#embed "../../../ssot/examples/valid/slo-capture/empty-answer.json"
};
static const unsigned char examples_valid_slo_checkout_availability[] = {
#embed "../../../ssot/examples/valid/slo/checkout-availability.json"
};
static const unsigned char examples_valid_slo_checkout_latency[] = {
#embed "../../../ssot/examples/valid/slo/checkout-latency.json"
};
static const unsigned char examples_valid_version_release[] = {
#embed "../../../ssot/examples/valid/version/release.json"
};
static const unsigned char examples_valid_workflow_three_states[] = {
#embed "../../../ssot/examples/valid/workflow/three-states.json"
};
static const unsigned char schemas_alerts_schema[] = {
#embed "../../../ssot/schemas/alerts.schema.json"
};
static const unsigned char schemas_attestations_schema[] = {
#embed "../../../ssot/schemas/attestations.schema.json"
};
static const unsigned char schemas_authorization_schema[] = {
#embed "../../../ssot/schemas/authorization.schema.json"
};
static const unsigned char schemas_gates_schema[] = {
#embed "../../../ssot/schemas/gates.schema.json"
};
static const unsigned char schemas_milestone_schema[] = {
#embed "../../../ssot/schemas/milestone.schema.json"
};
static const unsigned char schemas_paths_schema[] = {
#embed "../../../ssot/schemas/paths.schema.json"
};
static const unsigned char schemas_plan_schema[] = {
#embed "../../../ssot/schemas/plan.schema.json"
};
static const unsigned char schemas_provenance_schema[] = {
#embed "../../../ssot/schemas/provenance.schema.json"
};
static const unsigned char schemas_refs_schema[] = {
#embed "../../../ssot/schemas/refs.schema.json"
};
static const unsigned char schemas_runtime_config_schema[] = {
#embed "../../../ssot/schemas/runtime.config.schema.json"
};
static const unsigned char schemas_secrets_schema[] = {
#embed "../../../ssot/schemas/secrets.schema.json"
};
static const unsigned char schemas_sinks_schema[] = {
#embed "../../../ssot/schemas/sinks.schema.json"
};
static const unsigned char schemas_slo_capture_schema[] = {
#embed "../../../ssot/schemas/slo-capture.schema.json"
};
static const unsigned char schemas_slo_schema[] = {
#embed "../../../ssot/schemas/slo.schema.json"
};
static const unsigned char schemas_version_schema[] = {
#embed "../../../ssot/schemas/version.schema.json"
};
static const unsigned char schemas_workflow_schema[] = {
#embed "../../../ssot/schemas/workflow.schema.json"
};

#define ENTRY(path, bytes) { path, bytes, sizeof bytes }

static const struct readiness_default_file files[] = {
  ENTRY("ssot/examples/invalid/alerts/days-below-one.json", examples_invalid_alerts_days_below_one),
  ENTRY("ssot/examples/invalid/alerts/unknown-threshold.json", examples_invalid_alerts_unknown_threshold),
  ENTRY("ssot/examples/invalid/attestations/private-key.json", examples_invalid_attestations_private_key),
  ENTRY("ssot/examples/invalid/authorization/no-roles.json", examples_invalid_authorization_no_roles),
  ENTRY("ssot/examples/invalid/authorization/person-without-list.json", examples_invalid_authorization_person_without_list),
  ENTRY("ssot/examples/invalid/authorization/rule-without-subject.json", examples_invalid_authorization_rule_without_subject),
  ENTRY("ssot/examples/invalid/gates/no-overdue-in-version-1.json", examples_invalid_gates_no_overdue_in_version_1),
  ENTRY("ssot/examples/invalid/gates/slos-in-version-1.json", examples_invalid_gates_slos_in_version_1),
  ENTRY("ssot/examples/invalid/gates/unknown-severity-of-burn.json", examples_invalid_gates_unknown_severity_of_burn),
  ENTRY("ssot/examples/invalid/gates/unknown-severity.json", examples_invalid_gates_unknown_severity),
  ENTRY("ssot/examples/invalid/milestone/absolute-path.json", examples_invalid_milestone_absolute_path),
  ENTRY("ssot/examples/invalid/milestone/check-as-shell-line.json", examples_invalid_milestone_check_as_shell_line),
  ENTRY("ssot/examples/invalid/milestone/check-of-unknown-kind.json", examples_invalid_milestone_check_of_unknown_kind),
  ENTRY("ssot/examples/invalid/milestone/check-that-leads-out.json", examples_invalid_milestone_check_that_leads_out),
  ENTRY("ssot/examples/invalid/milestone/check-without-inputs.json", examples_invalid_milestone_check_without_inputs),
  ENTRY("ssot/examples/invalid/milestone/lower-case-id.json", examples_invalid_milestone_lower_case_id),
  ENTRY("ssot/examples/invalid/milestone/no-criteria.json", examples_invalid_milestone_no_criteria),
  ENTRY("ssot/examples/invalid/milestone/record-without-inputs.json", examples_invalid_milestone_record_without_inputs),
  ENTRY("ssot/examples/invalid/milestone/repeated-dependency.json", examples_invalid_milestone_repeated_dependency),
  ENTRY("ssot/examples/invalid/milestone/short-digest.json", examples_invalid_milestone_short_digest),
  ENTRY("ssot/examples/invalid/milestone/unknown-property.json", examples_invalid_milestone_unknown_property),
  ENTRY("ssot/examples/invalid/milestone/waiver-without-end.json", examples_invalid_milestone_waiver_without_end),
  ENTRY("ssot/examples/invalid/paths/guards-nothing.json", examples_invalid_paths_guards_nothing),
  ENTRY("ssot/examples/invalid/plan/fifth-property.json", examples_invalid_plan_fifth_property),
  ENTRY("ssot/examples/invalid/plan/no-plan-id.json", examples_invalid_plan_no_plan_id),
  ENTRY("ssot/examples/invalid/provenance/unknown-mode.json", examples_invalid_provenance_unknown_mode),
  ENTRY("ssot/examples/invalid/refs/short-name.json", examples_invalid_refs_short_name),
  ENTRY("ssot/examples/invalid/runtime.config/negative-timeout.json", examples_invalid_runtime_config_negative_timeout),
  ENTRY("ssot/examples/invalid/runtime.config/no-profiles.json", examples_invalid_runtime_config_no_profiles),
  ENTRY("ssot/examples/invalid/runtime.config/too-many-attempts.json", examples_invalid_runtime_config_too_many_attempts),
  ENTRY("ssot/examples/invalid/runtime.config/unknown-jitter.json", examples_invalid_runtime_config_unknown_jitter),
  ENTRY("ssot/examples/invalid/runtime.config/unknown-setting.json", examples_invalid_runtime_config_unknown_setting),
  ENTRY("ssot/examples/invalid/runtime.config/variable-with-value.json", examples_invalid_runtime_config_variable_with_value),
  ENTRY("ssot/examples/invalid/secrets/pattern-without-name.json", examples_invalid_secrets_pattern_without_name),
  ENTRY("ssot/examples/invalid/secrets/too-short-words.json", examples_invalid_secrets_too_short_words),
  ENTRY("ssot/examples/invalid/sinks/name-with-slash.json", examples_invalid_sinks_name_with_slash),
  ENTRY("ssot/examples/invalid/sinks/other-protocol.json", examples_invalid_sinks_other_protocol),
  ENTRY("ssot/examples/invalid/sinks/unknown-kind.json", examples_invalid_sinks_unknown_kind),
  ENTRY("ssot/examples/invalid/slo-capture/body-without-digest.json", examples_invalid_slo_capture_body_without_digest),
  ENTRY("ssot/examples/invalid/slo-capture/half-a-second.json", examples_invalid_slo_capture_half_a_second),
  ENTRY("ssot/examples/invalid/slo-capture/password-in-address.json", examples_invalid_slo_capture_password_in_address),
  ENTRY("ssot/examples/invalid/slo/calendar-window.json", examples_invalid_slo_calendar_window),
  ENTRY("ssot/examples/invalid/slo/no-runbook.json", examples_invalid_slo_no_runbook),
  ENTRY("ssot/examples/invalid/slo/timeslices.json", examples_invalid_slo_timeslices),
  ENTRY("ssot/examples/invalid/slo/two-objectives.json", examples_invalid_slo_two_objectives),
  ENTRY("ssot/examples/invalid/version/short-commit.json", examples_invalid_version_short_commit),
  ENTRY("ssot/examples/invalid/workflow/no-pending-state.json", examples_invalid_workflow_no_pending_state),
  ENTRY("ssot/examples/invalid/workflow/unknown-guard.json", examples_invalid_workflow_unknown_guard),
  ENTRY("ssot/examples/runtime.config.json", examples_runtime_config),
  ENTRY("ssot/examples/valid/alerts/strict.json", examples_valid_alerts_strict),
  ENTRY("ssot/examples/valid/attestations/one-key.json", examples_valid_attestations_one_key),
  ENTRY("ssot/examples/valid/authorization/people.json", examples_valid_authorization_people),
  ENTRY("ssot/examples/valid/authorization/two-roles.json", examples_valid_authorization_two_roles),
  ENTRY("ssot/examples/valid/gates/release.json", examples_valid_gates_release),
  ENTRY("ssot/examples/valid/gates/service-levels.json", examples_valid_gates_service_levels),
  ENTRY("ssot/examples/valid/gates/target-days.json", examples_valid_gates_target_days),
  ENTRY("ssot/examples/valid/milestone/blocked.json", examples_valid_milestone_blocked),
  ENTRY("ssot/examples/valid/milestone/checked.json", examples_valid_milestone_checked),
  ENTRY("ssot/examples/valid/milestone/checks-without-command.json", examples_valid_milestone_checks_without_command),
  ENTRY("ssot/examples/valid/milestone/in-review.json", examples_valid_milestone_in_review),
  ENTRY("ssot/examples/valid/milestone/minimal.json", examples_valid_milestone_minimal),
  ENTRY("ssot/examples/valid/milestone/waived.json", examples_valid_milestone_waived),
  ENTRY("ssot/examples/valid/paths/infrastructure-and-contract.json", examples_valid_paths_infrastructure_and_contract),
  ENTRY("ssot/examples/valid/plan/retired.json", examples_valid_plan_retired),
  ENTRY("ssot/examples/valid/plan/two-milestones.json", examples_valid_plan_two_milestones),
  ENTRY("ssot/examples/valid/provenance/warn.json", examples_valid_provenance_warn),
  ENTRY("ssot/examples/valid/refs/main-and-releases.json", examples_valid_refs_main_and_releases),
  ENTRY("ssot/examples/valid/runtime.config/extends.json", examples_valid_runtime_config_extends),
  ENTRY("ssot/examples/valid/runtime.config/one-profile.json", examples_valid_runtime_config_one_profile),
  ENTRY("ssot/examples/valid/secrets/badges-and-entropy.json", examples_valid_secrets_badges_and_entropy),
  ENTRY("ssot/examples/valid/sinks/three-kinds.json", examples_valid_sinks_three_kinds),
  ENTRY("ssot/examples/valid/slo-capture/empty-answer.json", examples_valid_slo_capture_empty_answer),
  ENTRY("ssot/examples/valid/slo/checkout-availability.json", examples_valid_slo_checkout_availability),
  ENTRY("ssot/examples/valid/slo/checkout-latency.json", examples_valid_slo_checkout_latency),
  ENTRY("ssot/examples/valid/version/release.json", examples_valid_version_release),
  ENTRY("ssot/examples/valid/workflow/three-states.json", examples_valid_workflow_three_states),
  ENTRY("ssot/schemas/alerts.schema.json", schemas_alerts_schema),
  ENTRY("ssot/schemas/attestations.schema.json", schemas_attestations_schema),
  ENTRY("ssot/schemas/authorization.schema.json", schemas_authorization_schema),
  ENTRY("ssot/schemas/gates.schema.json", schemas_gates_schema),
  ENTRY("ssot/schemas/milestone.schema.json", schemas_milestone_schema),
  ENTRY("ssot/schemas/paths.schema.json", schemas_paths_schema),
  ENTRY("ssot/schemas/plan.schema.json", schemas_plan_schema),
  ENTRY("ssot/schemas/provenance.schema.json", schemas_provenance_schema),
  ENTRY("ssot/schemas/refs.schema.json", schemas_refs_schema),
  ENTRY("ssot/schemas/runtime.config.schema.json", schemas_runtime_config_schema),
  ENTRY("ssot/schemas/secrets.schema.json", schemas_secrets_schema),
  ENTRY("ssot/schemas/sinks.schema.json", schemas_sinks_schema),
  ENTRY("ssot/schemas/slo-capture.schema.json", schemas_slo_capture_schema),
  ENTRY("ssot/schemas/slo.schema.json", schemas_slo_schema),
  ENTRY("ssot/schemas/version.schema.json", schemas_version_schema),
  ENTRY("ssot/schemas/workflow.schema.json", schemas_workflow_schema),
};

size_t readiness_default_count(void) { return sizeof files / sizeof files[0]; }

struct readiness_default_file readiness_default_at(size_t index) { return files[index]; }
