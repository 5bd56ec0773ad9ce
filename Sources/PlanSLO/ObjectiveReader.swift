import PlanModel
import StrictJSON

/// Parses the supported subset of OpenSLO v1. Rejects everything else with its pointer and line, so that no part of a
/// definition is silently ignored.
struct ObjectiveReader {
  private(set) var objective: Objective?
  private(set) var findings: [Finding] = []

  init(name: String, path: String, bytes: [UInt8]) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: bytes, limits: .plan)
    } catch {
      let isSecond = error.message.hasPrefix("There is more after the end")
      let code: ReasonCode =
        switch error.reason {
        case .duplicateKey: .duplicateKey
        case .tooLarge: .fileTooLarge
        case .malformed, .tooDeep: isSecond ? .sloInvalid : .malformedJSON
        }
      let message = isSecond ? "One file holds one object. \(error.message)" : error.message
      findings = [Finding(code, message, path: path, line: error.position.line)]
      return
    }
    let faults = DefinitionFaults(path: path, document: document)
    let root = DefinitionNode(value: document.root, pointer: "", faults: faults)
    objective = Self.objective(root, stem: name)
    findings = faults.findings
    if findings.contains(where: { $0.severity == .error }) { objective = nil }
  }

  private static func objective(_ root: DefinitionNode, stem: String) -> Objective? {
    guard root.value.object != nil else {
      root.refuse("one OpenSLO object is expected here, not \(root.value.typeName).", hint: "Write one file per SLO.")
      return nil
    }
    guard isOpenSLO(root), root.isObject(known: ["$schema", "apiVersion", "kind", "metadata", "spec"]) else {
      return nil
    }
    let metadata = root.object("metadata", known: ["name", "displayName", "labels", "annotations"])
    let spec = root.object(
      "spec",
      known: [
        "description", "service", "indicator", "timeWindow", "budgetingMethod", "objectives", "alertPolicies",
        "indicatorRef",
      ])
    let name = metadata?.name("name")
    if let name, name != stem {
      metadata?["name"]?.refuse("the name \"\(name)\" should be the file's, \"\(stem)\".", code: .idMismatch)
    }
    let displayName = metadata?["displayName"].map { $0.ownText() } ?? name
    let labels = metadata.map(labels)
    let annotations = metadata.flatMap(annotations)
    let service = spec?.name("service")
    let indicator = spec.flatMap(indicator)
    let period = spec.flatMap(period)
    let target = spec.flatMap(target)
    root.checkText("$schema")
    if let spec { checkMethod(spec) }
    guard let name, let displayName, let labels, let annotations, let service, let indicator, let period, let target
    else { return nil }
    let objective = Objective(
      name: name, displayName: displayName, service: service, labels: labels, runbook: annotations.runbook,
      minimumEvents: annotations.minimumEvents, part: indicator.part, counted: indicator.counted,
      total: indicator.total, period: period, target: target)
    checkRows(objective, spec)
    return objective
  }

  private static func isOpenSLO(_ root: DefinitionNode) -> Bool {
    guard let version = root.text("apiVersion"), let kind = root.text("kind") else { return false }
    if version != "openslo/v1" {
      root["apiVersion"]?.refuse(
        "\"\(version)\" is not known; this program knows openslo/v1.", code: .policyTooNew)
      return false
    }
    if kind != "SLO" {
      root["kind"]?.refuse("an SLO is expected here, not \"\(kind)\".", hint: "Inline it in the SLO.")
      return false
    }
    return true
  }

  // MARK: - Metadata

  private static func labels(_ metadata: DefinitionNode) -> [(name: String, value: String)] {
    guard let node = metadata["labels"] else { return [] }
    var labels: [(name: String, value: String)] = []
    guard let members = node.value.object else {
      node.refuse("an object that maps names to texts is expected here.")
      return []
    }
    for member in members {
      let place = DefinitionNode(value: member.value, pointer: node.pointer + "/" + member.key, faults: node.faults)
      let isLabel =
        member.key.utf8.first.map { !(0x30...0x39).contains($0) } == true
        && member.key.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        }
      if ["slo", "service", "severity", "alertname"].contains(member.key) {
        place.refuse("this label is set by the compiled rules.")
      } else if !isLabel || member.key.hasPrefix("__") {
        place.refuse("a label is letters, digits and underscores, a letter first.")
      } else if let text = place.value.string, text.isOneLine {
        labels.append((member.key, text))
      } else {
        place.refuse("a text of one line is expected here.")
      }
    }
    return labels.sorted { $0.name < $1.name }
  }

  private static func annotations(_ metadata: DefinitionNode) -> (runbook: String, minimumEvents: Int?)? {
    let (runbookKey, eventsKey) = ("readiness.dev/runbook", "readiness.dev/minimum-events")
    guard let node = metadata["annotations"], node.value.object != nil, let runbook = node[runbookKey] else {
      (metadata["annotations"] ?? metadata).refuse(
        "the annotation \"\(runbookKey)\" is missing.", hint: "Name what to do when it alerts: a path or an https URL.")
      return nil
    }
    guard let text = runbook.ownText() else { return nil }
    guard text.hasPrefix("https://") ? text.isOneLine : RepositoryPath.fault(in: text) == nil else {
      runbook.refuse("\"\(text)\" should be a path of the repository or an https URL.")
      return nil
    }
    guard let events = node[eventsKey] else { return (text, nil) }
    guard let digits = events.value.string, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(digits), (0...1_000_000).contains(count)
    else {
      events.refuse("the text of a whole number from 0 to 1000000 is expected here.")
      return nil
    }
    return (text, count == 0 ? nil : count)
  }

  // MARK: - Indicator

  private static func indicator(_ spec: DefinitionNode) -> (
    part: Objective.Part, counted: EventQuery, total: EventQuery
  )? {
    if let reference = spec["indicatorRef"] {
      reference.refuse("an indicator in another file is not read.", hint: "Inline it as \"indicator\".")
      return nil
    }
    guard let indicator = spec.object("indicator", known: ["metadata", "spec"]),
      let inner = indicator.object("spec", known: ["description", "ratioMetric", "thresholdMetric"])
    else { return nil }
    inner.checkText("description")
    if let metadata = indicator["metadata"], metadata.value.object == nil {
      metadata.refuse("an object is expected here.")
    }
    let hint = "Express it as good and total: for latency the histogram's bucket is good."
    if let threshold = inner["thresholdMetric"] {
      threshold.refuse("thresholdMetric is not supported.", hint: hint)
      return nil
    }
    guard let ratio = inner.object("ratioMetric", known: ["counter", "good", "bad", "total", "raw", "rawType"]) else {
      return nil
    }
    for key in ["raw", "rawType"] where ratio[key] != nil {
      ratio[key]?.refuse("\(key) is not supported.", hint: hint)
      return nil
    }
    if ratio.required("counter").map({ $0.value.bool != true }) ?? true {
      ratio["counter"]?.refuse("counter should be true: the queries name counters.", hint: hint)
    }
    let (good, bad) = (ratio["good"], ratio["bad"])
    guard (good == nil) != (bad == nil) else {
      ratio.refuse("exactly one of \"good\" and \"bad\" is expected beside \"total\".", hint: hint)
      return nil
    }
    let part: Objective.Part = good == nil ? .bad : .good
    guard let counted = query(ratio, part.rawValue), let total = query(ratio, "total") else { return nil }
    return (part, counted, total)
  }

  private static func query(_ ratio: DefinitionNode, _ key: String) -> EventQuery? {
    guard let metric = ratio.object(key, known: ["metricSource"]),
      let source = metric.object("metricSource", known: ["type", "spec", "metricSourceRef"])
    else { return nil }
    if let reference = source["metricSourceRef"] {
      reference.refuse("a data source in another file is not read.", hint: "Write \"type\": \"Prometheus\".")
    }
    if let type = source.text("type"), type != "Prometheus" {
      source["type"]?.refuse("the type should be Prometheus, not \"\(type)\".")
    }
    guard let spec = source.object("spec", known: ["query", "promql"]) else { return nil }
    guard (spec["query"] == nil) != (spec["promql"] == nil), let node = spec["query"] ?? spec["promql"] else {
      spec.refuse("exactly one of \"query\" and \"promql\" is expected here.")
      return nil
    }
    guard let text = node.ownText() else { return nil }
    guard let query = EventQuery(text) else {
      node.refuse(
        "the query is no bare selector of a counter and has no \(EventQuery.placeholder).", code: .sloQueryUnsupported)
      return nil
    }
    if query.seemsToCount {
      node.refuse(
        "increase() counts events; the rules take the query for a rate per second, so counts of events are too high.",
        code: .sloQueryUnsupported, hint: "Write rate(…[\(EventQuery.placeholder)]).", severity: .warning)
    }
    for matcher in query.selector?.matchers ?? [] where matcher.label == "le" && matcher.comparison == .equal {
      guard matcher.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { continue }
      node.refuse(
        "Prometheus 3 writes le=\"\(matcher.value).0\" where Prometheus 2 writes le=\"\(matcher.value)\".",
        hint: "Write le=~\"\(matcher.value)|\(matcher.value)\\\\.0\".", severity: .warning)
    }
    return query
  }

  // MARK: - Budget

  private static func period(_ spec: DefinitionNode) -> Period? {
    let hint = "Rolling windows only: [ { \"duration\": \"30d\", \"isRolling\": true } ]."
    guard let window = spec.onlyElement("timeWindow", hint: hint) else { return nil }
    if let calendar = window["calendar"] {
      calendar.refuse("calendar windows are not supported: rolling only.", hint: hint)
      return nil
    }
    guard window.isObject(known: ["duration", "isRolling"]) else { return nil }
    if window.required("isRolling").map({ $0.value.bool != true }) ?? true {
      window["isRolling"]?.refuse("isRolling should be true: rolling only.", hint: hint)
    }
    guard let text = window.text("duration") else { return nil }
    guard let period = Period(text) else {
      window["duration"]?.refuse("\"\(text)\" should be 7d to 90d or 1w to 12w.", hint: hint)
      return nil
    }
    return period
  }

  private static func target(_ spec: DefinitionNode) -> ExactDecimal? {
    guard let element = spec.onlyElement("objectives", hint: "Two objectives are two files."),
      element.isObject(known: ["displayName", "target", "targetPercent"])
    else { return nil }
    element.checkText("displayName")
    let (ratio, percent) = (element["target"], element["targetPercent"])
    guard (ratio == nil) != (percent == nil), let node = ratio ?? percent else {
      element.refuse("exactly one of \"target\" and \"targetPercent\" is expected here.")
      return nil
    }
    let top = ratio == nil ? "100" : "1"
    // The literal itself, because a double is not exact.
    let literal = String(decoding: node.faults.document.bytes[node.value.range], as: UTF8.self)
    guard node.value.number != nil, let number = ExactDecimal(literal, atMost: 6) else {
      node.refuse("a decimal number with at most 6 places and no exponent is expected here.")
      return nil
    }
    let target = ratio == nil ? ExactDecimal(units: number.units, places: number.places + 2) : number
    guard target.units > 0, target.isBelowOne else {
      node.refuse("the target should be above 0 and below \(top): otherwise there is no budget.")
      return nil
    }
    return target
  }

  private static func checkMethod(_ spec: DefinitionNode) {
    spec.checkText("description")
    if let method = spec.text("budgetingMethod"), method != "Occurrences" {
      spec["budgetingMethod"]?.refuse("the method should be Occurrences, not \"\(method)\".")
    }
    if let policies = spec["alertPolicies"], policies.value.array?.isEmpty != true {
      policies.refuse("burn alerts are made from the objective.", hint: "Leave alertPolicies out.")
    }
  }

  private static func checkRows(_ objective: Objective, _ spec: DefinitionNode?) {
    guard let place = spec?["objectives"] else { return }
    let hasPage = objective.rows.contains { $0.severity == .page }
    for row in objective.unreachableRows {
      place.refuse(
        "no error ratio is above \(row.threshold.text), so \(row.severity.rawValue) \(row.factor.text) x over "
          + "\(row.long.rawValue) and \(row.short.rawValue) never fires; it is left out.",
        code: .sloAlertUnreachable, severity: hasPage ? .warning : .error)
    }
  }
}

extension String {
  /// True if the text is not empty and has no control character.
  var isOneLine: Bool { !isEmpty && !unicodeScalars.contains { $0.properties.generalCategory == .control } }
}
