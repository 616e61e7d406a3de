import JSON
import Testing

@Suite struct ObjectReaderTests {
    private struct Coded: CodedError, CustomStringConvertible {
        let violationCode: String
        let description: String
    }

    /// The violations that `read` finds in this object, each as `pointer code`.
    private func violations(_ text: String, _ read: (inout ObjectReader) -> Void) throws -> [String] {
        let violations = Violations()
        if var reader = ObjectReader(try JSONValue.parse(Array(text.utf8)), into: violations) {
            read(&reader)
            reader.finish()
        }
        return violations.items.map { "\($0.pointer) \($0.code)" }
    }

    @Test(arguments: [
        ("null", "null"), ("true", "a boolean"), ("1", "an integer"),
        ("1.5", "a number with a fraction or an exponent"),
        ("\"x\"", "a string"), ("[]", "an array"),
    ])
    func `a value that is not an object is one violation that names its type`(text: String, kind: String) throws {
        let violations = Violations()
        #expect(ObjectReader(try JSONValue.parse(Array(text.utf8)), into: violations) == nil)
        #expect(violations.items == [Violation("", code: "wrong_type", "must be an object, not \(kind)")])
    }

    @Test func `required members must be present, and no member may be null`() throws {
        let found = try violations(#"{"b":null,"d":null,"f":null,"h":null,"j":null}"#) { reader in
            _ = reader.required("a", text: { $0 })
            _ = reader.required("b", text: { $0 })
            _ = reader.required("c", in: 1...2)
            _ = reader.required("d", in: 1...2)
            _ = reader.required(flag: "e")
            _ = reader.required(flag: "f")
            _ = reader.required("g", count: 1...2) { value, _, _ in value }
            _ = reader.optional("h", count: 1...2) { value, _, _ in value }
            _ = reader.required("i", object: { (_: inout ObjectReader) in 1 as Int? })
            _ = reader.optional("j", object: { (_: inout ObjectReader) in 1 as Int? })
            _ = reader.optional("k", text: { $0 })
        }
        #expect(
            found == [
                "/a required", "/b wrong_type", "/c required", "/d wrong_type", "/e required", "/f wrong_type",
                "/g required", "/h wrong_type", "/i required", "/j wrong_type",
            ])
    }

    @Test func `each type is checked, and the violation names the type that was sent`() throws {
        let violations = Violations()
        let value = try JSONValue.parse(
            Array(#"{"text":1,"number":"1","flag":1,"list":{},"object":[],"map":"x"}"#.utf8))
        var reader = try #require(ObjectReader(value, into: violations))
        _ = reader.optional("text", text: { $0 })
        _ = reader.optional("number", in: 1...2)
        _ = reader.optional(flag: "flag")
        _ = reader.optional("list", count: 0...1) { value, _, _ in value }
        _ = reader.optional("object", object: { (_: inout ObjectReader) in 1 as Int? })
        _ = reader.optional(map: "map", count: 0...1, key: { $0 }, value: { $0 })
        reader.finish()
        #expect(
            violations.items == [
                Violation("/text", code: "wrong_type", "must be a string, not an integer"),
                Violation("/number", code: "wrong_type", "must be an integer, not a string"),
                Violation("/flag", code: "wrong_type", "must be true or false, not an integer"),
                Violation("/list", code: "wrong_type", "must be an array, not an object"),
                Violation("/object", code: "wrong_type", "must be an object, not an array"),
                Violation("/map", code: "wrong_type", "must be an object, not a string"),
            ])
    }

    @Test func `integers are within their range, without fraction or exponent, and of any size`() throws {
        for (text, code) in [
            ("0", "out_of_range"), ("11", "out_of_range"), ("-5", "out_of_range"),
            ("99999999999999999999999", "out_of_range"), ("5.0", "wrong_type"), ("5e0", "wrong_type"),
        ] {
            #expect(try violations("{\"n\":\(text)}") { _ = $0.required("n", in: 1...10) } == ["/n \(code)"], "\(text)")
        }
        for text in ["1", "10"] {
            #expect(try violations("{\"n\":\(text)}") { _ = $0.required("n", in: 1...10) } == [])
        }
    }

    @Test func `lists are bounded, and each invalid item has its index`() throws {
        let read = { (text: String) in
            try self.violations("{\"list\":\(text)}") { reader in
                _ = reader.required("list", count: 1...3) { value, pointer, violations in
                    ObjectReader.integer(value, pointer, violations, 1...9)
                }
            }
        }
        #expect(try read("[]") == ["/list too_few"])
        #expect(try read("[1,2,3,4]") == ["/list too_many"])
        #expect(try read("[1,\"x\",0]") == ["/list/1 wrong_type", "/list/2 out_of_range"])
        #expect(try read("[1,2,3]") == [])
    }

    @Test func `a list with an invalid item is not read`() throws {
        let violations = Violations()
        let value = try JSONValue.parse(Array(#"{"list":[1,0]}"#.utf8))
        var reader = try #require(ObjectReader(value, into: violations))
        let list = reader.required("list", count: 1...3) { value, pointer, violations in
            ObjectReader.integer(value, pointer, violations, 1...9)
        }
        #expect(list == nil)
    }

    @Test func `unknown members are reported in nested objects, in the order of the text`() throws {
        let found = try violations(#"{"z":1,"known":{"y":2,"inner":3},"a/b":4,"c~d":5}"#) { reader in
            _ = reader.required("known", object: { reader in reader.required("inner", in: 1...9) })
        }
        #expect(
            found == [
                "/known/y unknown_member", "/z unknown_member", "/a~1b unknown_member", "/c~0d unknown_member",
            ])
    }

    @Test func `a map checks names and values, and has pointers to both`() throws {
        let short = { (text: String) throws -> String in
            guard text.utf8.count <= 3 else { throw Coded(violationCode: "too_long", description: "is too long") }
            return text
        }
        let read = { (text: String, count: ClosedRange<Int>) in
            try self.violations("{\"map\":\(text)}") { reader in
                _ = reader.optional(map: "map", count: count, key: short, value: short)
            }
        }
        #expect(try read(#"{"a":"b","c":"d"}"#, 0...2) == [])
        #expect(try read(#"{"a":"b","c":"d"}"#, 0...1) == ["/map too_many"])
        #expect(try read("{}", 1...2) == ["/map too_few"])
        #expect(try read(#"{"long/":"b"}"#, 0...2) == ["/map/long~1 too_long"])
        #expect(try read(#"{"a":"long","b":1}"#, 0...2) == ["/map/a too_long", "/map/b wrong_type"])
        #expect(try read(#"{"\u00e8":"a","e\u0300":"b"}"#, 0...2) == ["/map/e\u{300} duplicate"])
    }

    @Test func `an error without a code is a bad format`() throws {
        struct Plain: Error {}
        let found = try violations(#"{"a":"x","b":"y"}"#) { reader in
            _ = reader.required("a") { (_: String) throws -> Int in throw Plain() }
            _ = reader.required("b") { (_: String) throws -> Int in
                throw Coded(violationCode: "too_weak", description: "is too weak")
            }
        }
        #expect(found == ["/a bad_format", "/b too_weak"])
    }

    @Test func `a request has at most a hundred violations`() throws {
        let members = (0..<150).map { "\"m\($0)\":0" }.joined(separator: ",")
        let found = try violations("{\(members)}") { _ in }
        #expect(found.count == Violations.maximum)
        #expect(found.first == "/m0 unknown_member" && found.last == "/m99 unknown_member")
    }

    @Test func `valid members are read with their values`() throws {
        let violations = Violations()
        let text = #"{"text":"x","number":7,"flag":true,"list":["a","b"],"object":{"n":1},"map":{"k":"v"}}"#
        var reader = try #require(ObjectReader(try JSONValue.parse(Array(text.utf8)), into: violations))
        #expect(reader.required("text", text: { $0 + "!" }) == "x!")
        #expect(reader.required("number", in: 1...9) == 7)
        #expect(reader.required(flag: "flag") == true)
        let list = reader.required("list", count: 1...2) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { $0 }
        }
        #expect(list == ["a", "b"])
        #expect(reader.required("object", object: { reader in reader.required("n", in: 1...1) }) == 1)
        #expect(reader.optional(map: "map", count: 0...1, key: { $0 }, value: { $0 }) == ["k": "v"])
        #expect(!reader.has("text"))
        reader.finish()
        #expect(violations.items.isEmpty)
    }
}
