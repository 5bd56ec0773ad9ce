import GitObjects
import PlanJudge
import PlanModel
import TestSupport
import Testing

/// A change that is rejected with one code, and a similar change that is not.
struct RuleCase: CustomTestStringConvertible, Sendable {
  let code: ReasonCode
  let fires: @Sendable (MemoryTree) -> Void
  let neighbour: @Sendable (MemoryTree) -> Void
  var base: @Sendable () -> MemoryTree = { PlanFixture.tree() }
  var author = PlanFixture.ada
  var reason: String? = "because"
  var neighbourAuthor = PlanFixture.ada
  var neighbourReason: String? = "because"

  var testDescription: String { code.id }
}

/// Puts a link, a folder or another object at the path of a milestone's file.
private func put(_ kind: FileKind, at path: String) -> @Sendable (MemoryTree) -> Void {
  { $0.files[path] = (kind, Array("target".utf8)) }
}

private let a3 = ".readiness/A-3.json"

private let fileCases: [RuleCase] = [
  RuleCase(
    code: .malformedJSON, fires: { $0.edit("A-3", "{\n", "{,\n") }, neighbour: { $0.edit("A-3", "{\n", "{\r\n") }),
  RuleCase(
    code: .duplicateKey, fires: { $0.edit("A-3", "\"owner\": \"TBD\"", "\"owner\": \"TBD\", \"own\\u0065r\": \"x\"") },
    neighbour: { $0.edit("A-3", "\"owner\": \"TBD\"", "\"owner\": \"TBD\", \"x-owner\": \"x\"") }),
  RuleCase(
    code: .schemaViolation, fires: { $0.edit("A-3", "\"owner\": \"TBD\"", "\"owner\": \"TBD\", \"color\": 1") },
    neighbour: { $0.edit("A-3", "\"owner\": \"TBD\"", "\"owner\": \"TBD\", \"x-color\": 1") }),
  RuleCase(
    code: .unknownStatus, fires: { $0.edit("A-3", "Not Started", "not started") },
    neighbour: {
      $0.edit("A-3", "\"Not Started\"", "\"Blocked\",\"blocked\":{\"reason\":\"rain\"}")
    }),
  RuleCase(
    code: .idMismatch, fires: { $0.edit("A-3", "\"id\": \"A-3\"", "\"id\": \"A-33\"") },
    neighbour: { $0.edit("A-3", "\"workstream\": \"Work A-3\"", "\"workstream\": \"A-33\"") }),
  RuleCase(
    code: .caseCollision,
    fires: {
      $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started")
      $0[".readiness/b-1.json"] = PlanFixture.milestone("B-1", status: "Not Started")
    }, neighbour: { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }),
  RuleCase(code: .notARegularFile, fires: put(.symlink, at: a3), neighbour: put(.symlink, at: ".readiness/readme.txt")),
  RuleCase(
    code: .fileTooLarge, fires: { $0[a3] = ($0[a3] ?? "") + String(repeating: " ", count: 256 << 10) },
    neighbour: { $0[a3] = ($0[a3] ?? "") + String(repeating: " ", count: 255 << 10) }),
]

private let graphCases: [RuleCase] = [
  RuleCase(
    code: .danglingDependency, fires: { $0.edit("A-3", "[\"A-2\"]", "[\"A-2\", \"A-9\"]") },
    neighbour: { $0.edit("A-3", "[\"A-2\"]", "[\"A-2\", \"A-4\"]") }),
  RuleCase(
    code: .dependencyCycle, fires: { $0.edit("A-2", "[\"A-1\"]", "[\"A-1\", \"A-3\"]") },
    neighbour: { $0.edit("A-2", "[\"A-1\"]", "[\"A-1\", \"A-4\"]") }),
]

private let workflowCases: [RuleCase] = [
  RuleCase(
    code: .illegalTransition, fires: { $0.edit("A-2", "In Progress", "Done") },
    neighbour: { $0.edit("A-2", "In Progress", "In Review") }),
  RuleCase(
    code: .unmetDependency,
    fires: { $0[a3] = PlanFixture.milestone("A-3", status: "In Progress", dependsOn: ["A-2"]) },
    neighbour: { $0[a3] = PlanFixture.milestone("A-3", status: "Not Started", dependsOn: ["A-2"]) }),
  RuleCase(
    code: .doneDependent, fires: { $0.edit("A-1", "Done", "In Progress") },
    neighbour: { $0.edit("A-5", "Done", "In Progress") }),
  RuleCase(
    code: .ownerMissing, fires: { $0.edit("A-2", "\"ada\"", "\"TBD\"") },
    neighbour: { $0.edit("A-2", "\"ada\"", "\"bob\"") }),
  RuleCase(
    code: .reasonMissing, fires: { $0.edit("A-4", "In Review", "In Progress") },
    neighbour: { $0.edit("A-4", "In Review", "In Progress") }, reason: nil),
  RuleCase(
    code: .blockedReasonMissing, fires: { $0.edit("A-2", "In Progress", "Blocked") },
    neighbour: { $0.edit("A-2", "\"In Progress\"", "\"Blocked\",\"blocked\":{\"reason\":\"rain\"}") }),
  RuleCase(
    code: .criterionUnmet,
    fires: {
      $0.edit("A-2", "In Progress", "In Review")
      $0.edit("A-2", "\"id\": \"works\"", "\"id\": \"easier\"")
    }, neighbour: { $0.edit("A-2", "\"id\": \"works\"", "\"id\": \"easier\"") }),
  RuleCase(
    code: .evidenceMissing,
    fires: {
      $0[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "In Review", dependsOn: ["A-1"], isProven: false)
    },
    neighbour: { $0[".readiness/A-2.json"] = PlanFixture.milestone("A-2", status: "In Review", dependsOn: ["A-1"]) }),
  RuleCase(
    code: .evidenceMismatch,
    fires: {
      $0.edit("A-2", "In Progress", "In Review")
      $0["proof.txt"] = "All is otherwise.\n"
    },
    neighbour: {
      $0.edit("A-2", "In Progress", "In Review")
      $0["other.txt"] = "All is otherwise.\n"
    }),
  RuleCase(
    code: .deliverableMissing,
    fires: {
      $0.edit("A-4", "In Review", "Done")
      $0.edit(
        "A-4", "  \"exitC",
        "  \"deliverables\": [{\"path\":\"a/b.txt\",\"purpose\":\"p\",\"status\":\"Done\"}],\n  \"exitC")
    },
    neighbour: {
      $0.edit("A-4", "In Review", "Done")
      $0.edit(
        "A-4", "  \"exitC",
        "  \"deliverables\": [{\"path\":\"a/b.txt\",\"purpose\":\"p\",\"status\":\"Done\"}],\n  \"exitC")
      $0["a/b.txt"] = "here\n"
    }),
  RuleCase(
    code: .pathEscape,
    fires: { $0.edit("A-2", "\"proof.txt\"", "\"../proof.txt\"") },
    neighbour: { $0.edit("A-2", "\"proof.txt\"", "\"docs..old/proof.txt\"") }),
  RuleCase(
    code: .frozenField, fires: { $0.edit("A-4", "It works", "It works a bit") },
    neighbour: { $0.edit("A-4", "It works", "It works a bit") }, reason: nil),
]

private let lifeCases: [RuleCase] = [
  RuleCase(
    code: .illegalBirth, fires: { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "In Progress") },
    neighbour: { $0[".readiness/B-1.json"] = PlanFixture.milestone("B-1", status: "Not Started") }),
  RuleCase(
    code: .illegalDeletion,
    fires: {
      $0[a3] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1"])
    },
    neighbour: {
      $0[a3] = nil
      $0["ssot/plan.json"] = PlanFixture.plan(order: ["A-1"], retired: ["A-3"])
    }),
  RuleCase(
    code: .reusedID, fires: { $0[".readiness/B-7.json"] = PlanFixture.milestone("B-7", status: "Not Started") },
    neighbour: { $0[".readiness/B-8.json"] = PlanFixture.milestone("B-8", status: "Not Started") },
    base: retired),
  RuleCase(
    code: .retiredShrunk, fires: { $0["ssot/plan.json"] = PlanFixture.plan(order: []) },
    neighbour: { $0["ssot/plan.json"] = PlanFixture.plan(order: [], retired: ["B-7", "B-9"]) },
    base: retired),
  RuleCase(
    code: .planIDChanged, fires: { $0["ssot/plan.json"] = $0["ssot/plan.json"]?.replacing("5e7a", with: "5e7b") },
    neighbour: { $0["ssot/plan.json"] = $0["ssot/plan.json"]?.replacing("Test", with: "Quest") }),
]

@Sendable private func authorized() -> MemoryTree {
  PlanFixture.tree().with { $0["ssot/policies/authorization.json"] = PlanFixture.authorization }
}

@Sendable private func retired() -> MemoryTree {
  PlanFixture.tree().with { $0["ssot/plan.json"] = PlanFixture.plan(order: [], retired: ["B-7"]) }
}

private let authorityCases: [RuleCase] = [
  RuleCase(
    code: .secretDetected, fires: { $0.edit("A-3", "Work A-3", "Use ghp_0123456789abcdefghijABCDEFGHIJ") },
    neighbour: { $0.edit("A-3", "Work A-3", "Use a token that begins with ghp_") }),
  RuleCase(
    code: .notAuthorized, fires: { $0.edit("A-4", "In Review", "Done") },
    neighbour: { $0.edit("A-4", "In Review", "Done") }, base: authorized, author: PlanFixture.bob),
  RuleCase(
    code: .policyChangeRefused,
    fires: { $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}" },
    neighbour: { $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}" }, base: authorized,
    author: PlanFixture.bob),
  RuleCase(
    code: .policyStrandsState,
    fires: {
      $0["ssot/policies/workflow.json"] = """
        {"version":1,"states":[{"name":"Not Started","category":"pending"},{"name":"In Progress","category":"active"},
        {"name":"Done","category":"done"}],"transitions":[]}
        """
    },
    neighbour: {
      $0["ssot/policies/workflow.json"] = """
        {"version":1,"states":[{"name":"Not Started","category":"pending"},{"name":"In Progress","category":"active"},
        {"name":"In Review","category":"review"},{"name":"Done","category":"done"}],"transitions":[]}
        """
    }),
  RuleCase(
    code: .policyUnreadable,
    fires: { $0["ssot/policies/workflow.json"] = "{\"version\":1,\"states\":[],\"transitions\":[]}" },
    neighbour: { $0["ssot/policies/notes.txt"] = "free" }),
  RuleCase(
    code: .policyTooNew, fires: { $0["ssot/policies/provenance.json"] = "{\"version\":2,\"unstamped\":\"warn\"}" },
    neighbour: { $0["ssot/policies/provenance.json"] = "{\"version\":1,\"unstamped\":\"warn\"}" }),
]

@Suite("Reason codes")
struct ReasonCodeTests {
  static let cases = fileCases + graphCases + workflowCases + lifeCases + authorityCases

  /// The codes whose tests need history, a message or an entry point, and the suites with those tests.
  static let elsewhere: Set<ReasonCode> = [
    .trailerMissing, .trailerMismatch, .runMismatch, .policyMismatch, .actorMismatch, .mergeUnresolved,  // StampTests
    .replayedRun, .undecidable, .uncommittedChanges, .emptyMessage, .textUnreadable, .tooManyChanges,
    .malformedTree,  // RepositoryTests
    .unrelatedPlans, .joinedPlans,  // AnchorTests
    .damagedRepository,  // DamageTests, StrangerTests
    .alertRunbookMissing,  // PlanAlertTests
    .alertNotFired, .alertNotResolved,  // campaign/alerts.py
    .staleIndex, .refProtected, .pathGuarded, .emergencyPush,  // EndToEndTests
    .notApproved, .selfApproval, .signatureMissing, .signatureInvalid,  // AuthorityTests
    .waiveRefused, .waiveLapsed,  // WaiveTests
    .clockAhead,  // MomentTests
    .policyUnknownFile,  // HostilePolicyTests
    .gateCategory, .gateRisk, .gateOverdue, .gateScope,  // GateTests
    .sloInvalid, .sloQueryUnsupported, .sloAlertUnreachable, .sloCaptureMissing, .sloCaptureInvalid,
    .sloCaptureUnsigned, .sloSeriesMissing, .sloNotANumber, .sloImplausible, .sloStale, .sloTooShort, .sloTooFewEvents,
    .sloBudgetSpent, .sloBurning,  // PlanSLOTests
    .matrixMismatch,  // TrackerDocumentTests
    .secretsNotSought,  // SecretTests
    .settledByPolicyChange,  // MergeRuleTests
    .telemetryUnwritable,  // TelemetryProgramTests
    .attestationsShrunk, .attestationMalformed, .keyInTree,  // AttestationTests
  ]

  @Test("a change that breaks the rule is refused with its code", arguments: cases)
  func fires(_ rule: RuleCase) throws {
    let assessment = try Judge.assess(
      Proposal(from: rule.base(), by: rule.author, reason: rule.reason, rule.fires))
    #expect(assessment.errors.contains(rule.code.id), "\(assessment.verdict.findings)")
    let finding = try #require(assessment.verdict.findings.first { $0.code == rule.code })
    #expect(!finding.message.isEmpty && !finding.hint.isEmpty)
    #expect(finding.path != nil)
  }

  @Test("its neighbour is accepted", arguments: cases)
  func neighbour(_ rule: RuleCase) throws {
    let assessment = try Judge.assess(
      Proposal(from: rule.base(), by: rule.neighbourAuthor, reason: rule.neighbourReason, rule.neighbour))
    #expect(assessment.errors.isEmpty, "\(assessment.verdict.findings)")
  }

  @Test("every code is tested, explained and unlike every other")
  func complete() {
    let tested = Set(Self.cases.map(\.code)).union(Self.elsewhere)
    #expect(Set(ReasonCode.all).subtracting(tested).map(\.id).sorted() == [])
    #expect(Set(ReasonCode.all.map(\.id)).count == ReasonCode.all.count)
    for code in ReasonCode.all {
      #expect(code.id.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
      #expect(!code.meaning.isEmpty && code.remedy.hasSuffix("."))
      #expect(ReasonCode.named(code.id) == code)
    }
  }
}
