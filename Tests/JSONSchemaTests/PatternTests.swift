import StrictJSON
import Testing

@testable import JSONSchema

/// Patterns follow ECMA-262, and stop at a bound.
@Suite("Patterns")
struct PatternTests {
  private func isFound(_ pattern: String, in text: String) throws -> Bool {
    var budget = PatternBudget(forBytes: text.utf8.count)
    return try TextPattern(pattern).isFound(in: text, within: &budget)
  }

  @Test(
    "a pattern means what ECMA-262 says, where PCRE2 means something else",
    arguments: [
      (#"^\d$"#, "5", true), (#"^\d$"#, "\u{0663}", false), (#"^\w$"#, "é", false), (#"^\W$"#, "é", true),
      (#"^\s$"#, "\u{A0}", true), (#"^\s$"#, "\u{FEFF}", true), (#"^\S$"#, "\u{2003}", false),
      (#"^[\s-]$"#, "-", true), (#"^[\S]$"#, "\u{3000}", false), (#"^\v$"#, "\u{B}", true), (#"^\v$"#, "\n", false),
      ("^a$", "a\n", false), ("^.$", "\u{2028}", false), ("^.$", "\u{85}", true), ("^.$", "\r", false),
      (#"^\u0041\u{1F600}\x42$"#, "A😀B", true), (#"^\uD83D\uDE00$"#, "😀", true), (#"^\cA$"#, "\u{1}", true),
      (#"^\p{Letter}+$"#, "étude", true), (#"^\P{Uppercase_Letter}$"#, "E", false),
      (#"^\p{Script=Greek}$"#, "λ", true), (#"^\p{gc=Lu}$"#, "Λ", true), (#"^[[]$"#, "[", true),
      ("^[]$", "", false), ("^[^]$", "\n", true), (#"^(a)?b\1$"#, "b", true),
      (#"^(?<year>\d{4})-\k<year>$"#, "1999-1999", true),
      ("^a{,2}$", "a{,2}", true), ("^{$", "{", true), (#"^[\w-.]$"#, "-", true), (#"^[\b]$"#, "\u{8}", true),
      (#"^\/\-$"#, "/-", true), ("(?i)^secret$", "SECRET", true), ("^(?=.*x)(?!.*y).*$", "axb", true),
      ("^a+?$", "aa", true), ("", "", true), ("^$", "", true), (#"\0"#, "a\u{0}", true),
    ])
  func dialect(pattern: String, text: String, expected: Bool) throws {
    #expect(try isFound(pattern, in: text) == expected, "\(pattern)")
  }

  @Test(
    "what only PCRE2 knows is no regular expression",
    arguments: [
      "(?>a)", "a++", "a*+", "(?R)", "(?1)", "(*FAIL)", "(*UTF)a", #"\Aa"#, #"\Qa\E"#, #"\K"#, "(?#x)", "(?|a)", "(?C)",
      "(", ")", "[a", "a**", #"\"#, #"\u{110000}"#, #"\uD83D"#, #"\p{Nonsense}"#, #"\1"#, "a{2,1}", "(?P<n>a)",
      #"\01"#, #"\xZ"#, "(?x)a",
    ])
  func foreign(pattern: String) {
    #expect(throws: (any Error).self, "\(pattern)") { try TextPattern(pattern) }
  }

  @Test(
    "a pattern that takes for ever ends at the bound, and neither matches nor fails",
    arguments: [
      ("^([a-zA-Z +,.-]+)+$!", 40), ("^(a|a)*$", 60), ("^(a*)*[bc]", 40), ("^(([a-z])+.)+[A-Z]([a-z])+$", 60),
      (#"(?=([a-z]*))\1[0-9]"#, 200_000), ("[a-z]*[0-9]", 200_000), ("(.*)(.*)(.*)(.*)(.*)[xy]", 500),
      ("a{60000}[bc]", 200_000),
    ])
  func endless(pattern: String, count: Int) throws {
    let clock = ContinuousClock()
    let text = String(repeating: "a", count: count) + (count < 100 ? "!" : "")
    let took = clock.measure {
      #expect(throws: PatternTooCostly.self) { try isFound(pattern, in: text) }
    }
    #expect(took < .seconds(2), "\(pattern)")
  }

  @Test("ordinary patterns on thousands of texts, and on one long text, stay within the bound")
  func ordinary() throws {
    var budget = PatternBudget(forBytes: 40_000)
    let id = try TextPattern("^[a-z0-9][a-z0-9-]{0,62}$")
    for number in 0..<4000 { #expect(try id.isFound(in: "criterion-\(number)", within: &budget)) }
    let long = String(repeating: "A sentence of prose, as people write it. ", count: 5000)
    #expect(try isFound(#"^[^\\]+$"#, in: long))
    #expect(try !isFound("^(?!.*//).*//", in: long))
  }

  @Test("texts that each stay within their budget end together at the allowance; ordinary ones never do")
  func allowance() throws {
    func spend(_ steps: Int, _ allowance: PatternAllowance) throws {
      var budget = PatternBudget(forBytes: 400)
      budget.steps -= steps
      try budget.settle(with: allowance)
    }
    let allowance = PatternAllowance(steps: 1_000_000)
    for _ in 0..<1000 { try spend(20_000, allowance) }
    try spend(1_000_000, allowance)
    #expect(throws: PatternsTooCostly.self) { try spend(1_000_000, allowance) }
    #expect(throws: PatternsTooCostly.self) { try spend(30_000, allowance) }
    try spend(20_000, allowance)
  }

  // MARK: - Schemas

  private func validator(_ schema: String) throws -> SchemaValidator {
    let registry = SchemaRegistry()
    let validator = try registry.add(try JSONDocument(parsing: Array(schema.utf8), limits: .general), uri: "test:///s")
    return validator
  }

  private func violations(_ schema: String, _ instance: String) throws -> [SchemaViolation] {
    try validator(schema).violations(of: JSONDocument(parsing: Array(instance.utf8), limits: .general).root)
  }

  @Test("a schema with a pattern that takes for ever is \"could not judge\", wherever the pattern is")
  func schemas() throws {
    let text = String(repeating: "a", count: 60) + "!"
    for schema in [
      #"{ "pattern": "^(a|a)*$" }"#, #"{ "not": { "pattern": "^(a|a)*$" } }"#,
      #"{ "anyOf": [{ "pattern": "^(a|a)*$" }, true] }"#, #"{ "if": { "pattern": "^(a|a)*$" } }"#,
    ] {
      #expect(throws: PatternTooCostly.self) { try violations(schema, "\"\(text)\"") }
    }
    for schema in [
      #"{ "patternProperties": { "^(a|a)*$": true } }"#, #"{ "propertyNames": { "pattern": "^(a|a)*$" } }"#,
      #"{ "patternProperties": { "^(a|a)*$": true }, "additionalProperties": false }"#,
    ] {
      #expect(throws: PatternTooCostly.self) { try violations(schema, "{ \"\(text)\": 1 }") }
    }
  }

  @Test(
    "a count that fits no integer is no schema, and judging by it ends in a violation, not in a trap",
    arguments: ["1e308", "-1", "1.5", "9007199254740992", "1e19"])
  func numbers(number: String) throws {
    for keyword in ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains"] {
      #expect(throws: SchemaError.self) { try validator("{ \"\(keyword)\": \(number) }").check() }
      for instance in ["\"abc\"", "[1, 2]", "{ \"a\": 1 }"] {
        _ = try violations("{ \"contains\": true, \"\(keyword)\": \(number) }", instance)
      }
    }
    try validator(#"{ "minLength": 2.0, "maxItems": 9007199254740991 }"#).check()
  }

  @Test("a divisor that is not above zero is no schema, and divides nothing")
  func divisors() throws {
    for divisor in ["0", "-1", "-0.5", "0e5"] {
      #expect(throws: SchemaError.self) { try validator("{ \"multipleOf\": \(divisor) }").check() }
      _ = try violations("{ \"multipleOf\": \(divisor) }", "-9223372036854775808")
    }
  }

  @Test("a schema that finds a hundred thousand faults keeps a hundred")
  func violationsAreBounded() throws {
    let elements = String(repeating: "1,", count: 100_000) + "1"
    #expect(try violations(#"{ "items": { "type": "string" } }"#, "[\(elements)]").count == 100)
  }
}
