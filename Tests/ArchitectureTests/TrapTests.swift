import Foundation
import Testing

/// Shapes of code that end the process when a value is not what the author expected. Callers may send any value, so each of these
/// shapes in the sources needs a comment at the end of its line that says why it cannot trap.
@Suite struct TrapTests {
    /// One line of the sources without a reason at its end.
    private struct Line {
        let place: String
        let code: String
        /// The line with empty string literals.
        let bare: String
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let pattern: String
        /// Whether string literals are searched as well, because interpolations in them are code.
        var readsTexts = false
        let instead: String

        var testDescription: String { name }
    }

    static let shapes = [
        Shape(
            name: "forced unwrapping", pattern: #"[\w)\]]!(?![=\w])|\b(try|as)!|unsafelyUnwrapped"#,
            instead: "guard let, or ?? a value"),
        Shape(
            name: "a deliberate end", pattern: #"\b(fatalError|preconditionFailure|precondition)\("#,
            instead: "throw an error"),
        Shape(
            name: "abs, which overflows for the smallest integer", pattern: #"\babs\("#,
            instead: "a range, or magnitude"),
        Shape(
            name: "a dictionary of keys that may repeat", pattern: "uniqueKeysWithValues",
            instead: "Dictionary(_:uniquingKeysWith:)"),
        Shape(
            name: "a subscript on what split gives", pattern: #"\bsplit\((?:[^()]|\([^()]*\))*\)\s*\["#,
            readsTexts: true,
            instead: "first, or dropFirst().first"),
        Shape(
            name: "removing from what may be empty", pattern: #"\.remove(First|Last)\(|\.remove\(at:"#,
            instead: "popFirst, popLast, or dropFirst"),
        Shape(
            name: "an integer made narrower",
            pattern:
                #"\bU?Int(8|16|32)\((?!ascii:|exactly:|clamping:|truncatingIfNeeded:|bitPattern:|_?[A-Z][A-Z0-9_]+[.)])"#,
            instead: "exactly: or clamping:"),
        Shape(
            name: "an integer made from a floating-point number",
            pattern: #"\bU?Int(64)?\((?!exactly:|clamping:)[^()]*(\.rounded\(|timeInterval|\* 1e|\* 1_000|Double)"#,
            instead: "exactly:, after a look at its range"),
        Shape(
            name: "arithmetic on cents", pattern: #"\.cents\b\s*[-+*](?!=)|[-+*]\s*[\w.$]+\.cents\b"#,
            instead: "Amount.adding, Amount.sum or Amount.cents(of:)"),
        Shape(
            name: "a length that may be negative", pattern: #"\.(prefix|suffix|dropFirst|dropLast)\([^(){}]* - "#,
            instead: "max(0, …)"),
        Shape(
            name: "a range whose ends may be swapped", pattern: #"[\w)]\s*\.\.[.<]\s*[\w.]+ - \w"#,
            instead: "a guard, and min or max"),
        Shape(
            name: "a step past the end of a text", pattern: #"\bindex\((after|before):|\boffsetBy:"#,
            instead: "dropFirst, or index(_:offsetBy:limitedBy:)"),
    ]

    @Test(arguments: shapes) func `no code of this shape is without a reason on its line`(shape: Shape) throws {
        let pattern = try NSRegularExpression(pattern: shape.pattern)
        for line in try Self.unexplained.get() {
            let read = shape.readsTexts ? line.code : line.bare
            if pattern.isFound(in: read) { Issue.record("\(line.place) \(shape.name): use \(shape.instead)") }
        }
    }

    /// The optimizer of Swift 6.3.1 crashes on some asynchronous functions that contain a closure which decodes a row, and only a release
    /// build shows it. `Query(_:rows:)` and `Query(_:row:)` decode outside of them.
    @Test func `a transaction decodes rows with a query`() throws {
        for file in try Project.swiftFiles(under: "Sources/Storage") {
            var isAsynchronous = false
            for (index, line) in file.lines.enumerated() {
                if line.hasPrefix("extension ") {
                    isAsynchronous = line.hasPrefix("extension Transaction") || line.hasPrefix("extension Store")
                }
                if isAsynchronous, line.hasSuffix("var row = row") {
                    Issue.record("\(file.path):\(index + 1) decodes a row in a closure: use Query(_:rows:)")
                }
            }
        }
    }

    /// A literal is parsed and compiled at each use, which cost more than a tenth of the CPU of a new position. The simulator, a tool, may.
    @Test func `no regular expression is compiled for each value`() throws {
        for file in try Project.swiftFiles(under: "Sources") where !file.path.contains("Sources/PSPSimulator/") {
            for (index, line) in file.lines.enumerated()
            where line.contains(/\(of: #?\/|\bRegex\(|NSRegularExpression\(/) {
                Issue.record("\(file.path):\(index + 1) compiles a regular expression: check the bytes instead")
            }
        }
    }

    /// The parts of a split text are subscripted only where their number was checked, and the line says so.
    @Test func `a part of a split text is not subscripted without a reason`() throws {
        let split = /\b(?:let|var) (\w+) = [^\/]*\.split\(/
        for file in try Project.swiftFiles(under: "Sources") where file.text.contains(".split(") {
            let names = Set(file.lines.compactMap { $0.firstMatch(of: split).map { String($0.output.1) } })
            guard !names.isEmpty else { continue }
            let pattern = try NSRegularExpression(pattern: #"\b(?:\#(names.sorted().joined(separator: "|")))\[\d"#)
            for line in Self.unexplained(file) where pattern.isFound(in: line.code) {
                Issue.record("\(line.place): use first, or dropFirst().first")
            }
        }
    }

    @Test(arguments: [
        ("let x = parts.first!", true), ("if a != b {", false), (#"let bang = "a!""#, false), ("abs(n) < 5", true),
        (#"text.split(separator: ";")[0]"#, true), (#"text.split(separator: ";").first"#, false),
        ("Int32(row.count)", true), ("Int32(clamping: row.count)", false), (#"UInt8(ascii: "a")"#, false),
        ("a.cents + b.cents", true), ("reduce(0) { $0 + $1.amount.cents }", true), (#""cents, \(a.cents)""#, false),
        ("try! work()", true), ("x.prefix(n - 1)", true), ("x.prefix(n)", false), ("x[a..<b - 1]", true),
        ("Dictionary(uniqueKeysWithValues: pairs)", true), ("list.removeFirst()", true), ("list.popFirst()", false),
        ("list.removeFirst()  // the loop's condition", false), ("Int(seconds * 1_000)", true),
        ("Int(exactly: x)", false),
        ("Int32(SHUT_RDWR)", false), (#"open("//\(parts.first!)")"#, false),
    ]) func `the patterns find the shapes`(text: String, isFound: Bool) throws {
        let line = Self.unexplained(text[...], place: "")
        let found = try Self.shapes.contains { shape in
            let pattern = try NSRegularExpression(pattern: shape.pattern)
            return line.map { pattern.isFound(in: shape.readsTexts ? $0.code : $0.bare) } ?? false
        }
        #expect(found == isFound)
    }

    private static let unexplained = Result { try Project.swiftFiles(under: "Sources").flatMap(unexplained) }

    private static func unexplained(_ file: Project.File) -> [Line] {
        file.lines.enumerated().compactMap { number, text in unexplained(text, place: "\(file.path):\(number + 1)") }
    }

    /// `nil` for a comment, and for code that a comment of ten characters or more explains.
    private static func unexplained(_ text: Substring, place: String) -> Line? {
        let code = String(text)
        let bare = code.contains("\"") ? code.replacing(#/"(?:\\.|[^"\\])*"/#, with: "\"\"") : code
        guard let comment = bare.range(of: "//") else { return Line(place: place, code: code, bare: bare) }
        let reason = bare[comment.upperBound...]
        if reason.count >= 10 || bare[..<comment.lowerBound].allSatisfy(\.isWhitespace) { return nil }
        return Line(place: place, code: String(code.dropLast(reason.count)), bare: String(bare[..<comment.lowerBound]))
    }
}

extension NSRegularExpression {
    fileprivate func isFound(in text: String) -> Bool {
        firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
    }
}
