import StrictJSON
import Testing

@Suite("Strict JSON")
struct ParserTests {
  private func fault(_ text: String, limits: JSONLimits = .plan) -> JSONError? {
    fault(Array(text.utf8), limits: limits)
  }

  private func fault(_ bytes: [UInt8], limits: JSONLimits = .plan) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONDocument(parsing: bytes, limits: limits)
      return nil
    } catch { return error }
  }

  @Test(
    "what is not strict JSON is refused at its place",
    arguments: [
      ("", 1, 1), ("{", 1, 2), ("{\"a\":1,}", 1, 8), ("[1,]", 1, 4), ("{\"a\" 1}", 1, 6), ("nul", 1, 1), ("01", 1, 1),
      ("1.", 1, 3), ("-", 1, 2), ("1e", 1, 3), ("+1", 1, 1), (".5", 1, 1), ("\"a", 1, 1), ("\"\\x\"", 1, 2),
      ("\"\\u12g4\"", 1, 2), ("\"\\ud800\"", 1, 2), ("\"\\udc00\"", 1, 2), ("\"\\ud800\\u0041\"", 1, 2),
      ("\"\\u0000\"", 1, 2),
      ("{\n  \"a\": 1\n} x", 3, 3), ("[\r\n\"ä\", ]", 2, 6), ("\"a\nb\"", 1, 3), ("1e400", 1, 1), ("1e-400", 1, 1),
      ("9007199254740992", 1, 1), ("-9007199254740992", 1, 1), ("NaN", 1, 1), ("// c\n1", 1, 1), ("'a'", 1, 1),
      ("<<<<<<< HEAD\n{}", 1, 1), ("{\n<<<<<<< HEAD\n}", 2, 1), ("{\"a\":1\n=======\n}", 2, 1), ("\u{FEFF}{}", 1, 1),
    ])
  func malformed(_ text: String, _ line: Int, _ column: Int) throws {
    let error = try #require(fault(text), "\(text)")
    #expect(error.reason == .malformed)
    #expect(error.position == TextPosition(line: line, column: column), "\(text): \(error)")
  }

  @Test("conflict markers are called by their name")
  func conflict() {
    #expect(fault("{\n<<<<<<< HEAD\n")?.message.contains("conflict marker") == true)
  }

  @Test("keys that are the same after decoding are duplicates; keys that only look alike are not")
  func duplicates() {
    #expect(fault("{\"a\":1,\"\\u0061\":2}")?.reason == .duplicateKey)
    #expect(fault("[{\"b\":{\"a\":1,\"a\":2}}]")?.reason == .duplicateKey)
    #expect(fault("{\"\u{E9}\":1,\"e\u{301}\":2}") == nil)
    let many = (0..<500).map { "\"k\($0)\":1" }.joined(separator: ",")
    #expect(fault("{\(many)}") == nil)
    #expect(fault("{\(many),\"k7\":2}")?.reason == .duplicateKey)
    // At the number of keys at which they are hashed, and at the first escape.
    for count in [22, 23, 24, 25] {
      let keys = (0..<count).map { "\"k\($0)\":{\"k1\":1}" }.joined(separator: ",")
      #expect(fault("{\(keys)}") == nil && fault("{\(keys),\"k\(count - 1)\":2}")?.reason == .duplicateKey)
      #expect(fault("{\(keys),\"\\u006b0\":2}")?.message.contains("\"k0\"") == true)
    }
  }

  @Test("bytes that are not UTF-8, and UTF-16, are refused")
  func encoding() {
    #expect(fault([0x22, 0xFF, 0x22])?.offset == 1)
    #expect(fault([0x22, 0xC0, 0x80, 0x22])?.reason == .malformed)
    #expect(fault([0x22, 0xED, 0xA0, 0x80, 0x22])?.reason == .malformed)
    #expect(fault([0xFE, 0xFF, 0x00, 0x31])?.reason == .malformed)
    #expect(fault([0x31, 0x00])?.reason == .malformed)
  }

  @Test("depth and size are bounded, at exactly the bound")
  func bounds() {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(fault(nested(32)) == nil)
    #expect(fault(nested(33))?.reason == .tooDeep)
    #expect(fault(String(repeating: "[", count: 200_000))?.reason == .tooDeep)
    #expect(fault(String(repeating: " ", count: (256 << 10) - 1) + "1") == nil)
    #expect(fault(String(repeating: " ", count: 256 << 10) + "1")?.reason == .tooLarge)
  }

  @Test("what is read lazily says what a value made in code says: kinds, texts, lookups, and which keys are strangers")
  func lazily() throws {
    let text = #"""
      { "a": null, "b": [true, false, [], {}], "c\u0064": "x\n\ud83d\ude00", "e": { "f": -0.5, "g": 12 }, "": "ä" }
      """#
    let root = try JSONDocument(parsing: Array(text.utf8)).root
    let made: JSONValue = [
      "a": nil, "b": [true, false, [], [:]], "cd": "x\n\u{1F600}",
      "e": ["f": JSONValue(.number(JSONNumber(-0.5))), "g": 12], "": "ä",
    ]
    #expect(root.isEqual(to: made) && made.isEqual(to: root))
    #expect(root.canonicalBytes == made.canonicalBytes)
    for (key, value) in zip(["a", "b", "cd", "e", ""], try #require(root.object).map(\.value)) {
      #expect(root[key]?.isEqual(to: value) == true)
      #expect(root[key]?.typeName == made[key]?.typeName && root.member(key)?.key == key)
    }
    #expect(root["c"] == nil && root["c\\u0064"] == nil && root["b"]?["a"] == nil && root["f"] == nil)
    #expect(root["e"]?["g"]?.integer == 12 && root["b"]?.array?.map(\.bool) == [true, false, nil, nil])
    #expect(root["a"]?.string == nil && root["cd"]?.number == nil && root["cd"]?.object == nil)
    #expect(root.isObject && root["b"]?.isObject == false && root["b"]?.array?.last?.isObject == true)
    #expect(root["b"].flatMap(JSONElements.init)?.map(\.typeName) == ["boolean", "boolean", "array", "object"])
    #expect(made["b"].flatMap(JSONElements.init)?.map(\.typeName) == ["boolean", "boolean", "array", "object"])
    #expect(root["b"].flatMap(JSONElements.init)?.count == 4 && made["b"].flatMap(JSONElements.init)?.count == 4)
    #expect(JSONElements(root) == nil && JSONElements(made) == nil && JSONElements().isEmpty)
    for key in ["cd", ""] {
      #expect(root[key]?.lazyText?.string == made[key]?.string && made[key]?.lazyText?.string == made[key]?.string)
    }
    #expect(root["a"]?.lazyText == nil && made["a"]?.lazyText == nil)
  }

  @Test("an object's members are found by names in any order, and all others are strangers")
  func fields() throws {
    let text = #"{ "a": null, "b": [], "c\u0064": "x\n", "e": { }, "": "ä", "k": "" }"#
    let root = try JSONDocument(parsing: Array(text.utf8)).root
    let made: JSONValue = ["a": nil, "b": [], "cd": "x\n", "e": [:], "": "ä", "k": ""]
    let many: [StaticString] = [
      "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "na", "nb", "nc", "nd", "ne", "nf", "cd", "k", "a",
    ]
    let lists: [[StaticString]] = [["a", "b", "e"], ["e", "b", "a"], ["", "cd"], ["k", "a", "x"], [], many]
    for names in lists {
      let known = names.map(\.description)
      for object in [root, made] {
        let fields = try #require(JSONFields(object, names: names))
        #expect(fields.strangers.map(\.key) == ["a", "b", "cd", "e", "", "k"].filter { !known.contains($0) })
        for name in names {
          #expect(fields[name]?.typeName == made[name.description]?.typeName)
          #expect(fields.text(name)?.string == made[name.description]?.string)
          #expect(fields.text(name)?.isEmpty == made[name.description]?.string?.isEmpty)
        }
      }
    }
    #expect(JSONFields(try #require(root["b"]), names: []) == nil && JSONFields(["x"], names: []) == nil)
  }

  @Test("a string's bytes are looked at one by one or eight at a time, with the same result: every byte at every place")
  func everyByte() {
    for length in 1...20 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var inside = [UInt8](repeating: UInt8(ascii: "!"), count: length)
          inside[place] = byte
          let text = [UInt8(ascii: "\"")] + inside + [UInt8(ascii: "\"")]
          // A lone quote ends the string too early, and a backslash starts an invalid escape, unless a quote follows;
          // a control and half a character are never legal.
          let isLegal = byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
          let read = try? JSONDocument(parsing: text).root.string
          #expect(read == (isLegal ? String(decoding: inside, as: UTF8.self) : nil))
        }
      }
    }
  }

  @Test("any bytes give a value or an error: 20,000 random texts and cut examples")
  func survives() throws {
    var state: UInt64 = 7
    let alphabet = Array("{}[]\",:\\u0123eE+-. truefalsn\n\u{0}\u{FF}ä".utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let length = Int(state >> 33) % 40
      for _ in 0..<length {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      if let document = try? JSONDocument(parsing: bytes) {
        let again = try JSONDocument(parsing: document.root.canonicalBytes)
        #expect(again.root.isEqual(to: document.root))
      }
    }
  }

  @Test("every value knows its place")
  func places() throws {
    let text = "{\r\n  \"ä\": [1,\n \"x\"]}"
    let document = try JSONDocument(parsing: Array(text.utf8))
    let array = try #require(document.root["ä"]?.array)
    #expect(document.position(of: array[0]) == TextPosition(line: 2, column: 9))
    #expect(document.position(of: array[1]) == TextPosition(line: 3, column: 2))
  }
}

@Suite("RFC 8785")
struct CanonicalTests {
  private func canonical(_ text: String) throws -> String {
    String(
      decoding: try JSONDocument(parsing: Array(text.utf8), limits: .general).root.canonicalBytes, as: UTF8.self)
  }

  @Test("the RFC's own examples")
  func examples() throws {
    let numbers =
      "{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}"
    #expect(
      try canonical(numbers)
        == "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
    )
    let keys = "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}"
    #expect(try canonical(keys) == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
  }

  @Test(
    "numbers as ECMAScript writes them",
    arguments: [
      ("0", "0"), ("-0", "0"), ("-0.0", "0"), ("1", "1"), ("-1.50", "-1.5"), ("1e21", "1e+21"),
      ("1e20", "100000000000000000000"),
      ("123456789012345680000", "123456789012345680000"), ("1e-6", "0.000001"), ("1e-7", "1e-7"), ("5e-324", "5e-324"),
      ("1.7976931348623157e308", "1.7976931348623157e+308"), ("9007199254740991", "9007199254740991"),
      ("295147905179352830000", "295147905179352830000"),
      ("0.1", "0.1"), ("100", "100"), ("1.0", "1"), ("123.456", "123.456"), ("1e2", "100"),
      ("9.5367431640625e-7", "9.5367431640625e-7"),
      ("4.35", "4.35"), ("0.000001234", "0.000001234"), ("999999999999999900000", "999999999999999900000"),
    ])
  func numbers(_ text: String, _ expected: String) throws {
    #expect(try canonical(text) == expected)
  }

  @Test("the written layout has two spaces, one newline at the end, and comes back equal")
  func layout() throws {
    let value: JSONValue = ["a": [1, ["b": "c\n"]], "e": [], "f": [:]]
    let text = String(decoding: value.layoutBytes, as: UTF8.self)
    #expect(text == "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"c\\n\"\n    }\n  ],\n  \"e\": [],\n  \"f\": {}\n}\n")
    #expect(try JSONDocument(parsing: value.layoutBytes).root.isEqual(to: value))
  }
}
