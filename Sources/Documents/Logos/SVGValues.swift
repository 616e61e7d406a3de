import PagoPA
import Text

/// The values of attributes and of style sheets in an SVG, checked but not interpreted: the library that draws parses them.
enum SVGValues {
    /// - Throws: ``LogoFault`` for a value that refers to anything outside of the file, or that the service does not draw.
    static func check(_ value: String, of name: String, line: Int) throws {
        guard !value.contains("\\") else { throw fault("a value with a backslash", line) }
        var rest = value[...]
        while let open = rest.firstIndex(of: "(") {
            let function = String(rest[..<open].reversed().prefix { $0.isLetter || $0 == "-" }.reversed()).lowercased()
            guard SVGRules.functions.contains(function) else { throw fault("a function in \(shown(name))", line) }
            rest = rest[open...].dropFirst()
            guard function == "url" else { continue }
            guard SVGRules.references.contains(name), let end = rest.firstIndex(of: ")"),
                isLocal(unquoted(rest[..<end]))
            else { throw fault("a reference to the outside in \(shown(name))", line) }
            rest = rest[end...]
        }
    }

    /// `#name`.
    static func isLocal(_ reference: some StringProtocol) -> Bool {
        reference.first == "#" && reference.count > 1
            && reference.dropFirst().allSatisfy { !$0.isWhitespace && !"#\"'()<>:/".contains($0) }
    }

    private static func unquoted(_ text: Substring) -> Substring {
        let text = text.trimmed
        guard let quote = text.first, quote == "\"" || quote == "'", text.last == quote, text.utf8.count > 1 else {
            return text
        }
        return text.dropFirst().dropLast()
    }

    /// The declarations of a `style` attribute or of a rule that are drawn.
    static func declarations(_ text: String, line: Int) throws -> String {
        var kept: [String] = []
        for declaration in try withoutComments(text, line: line).split(separator: ";") {
            let parts = declaration.split(separator: ":", maxSplits: 1)
            guard let name = parts.first?.trimmed.lowercased(), let value = parts.dropFirst().first?.trimmed else {
                continue
            }
            if SVGRules.rejected.contains(name), !SVGRules.neutral.contains(value.lowercased()) {
                throw fault(shown(name), line)
            }
            guard SVGRules.properties.contains(name) else { continue }
            try check(String(value), of: name, line: line)
            kept.append("\(name):\(value)")
        }
        return kept.joined(separator: ";")
    }

    static let maximumRules = 500

    /// The rules of a style sheet: simple selectors, and no rule that begins with `@`, such as one that loads another sheet.
    static func styleSheet(_ text: String, line: Int) throws -> String {
        var rules: [String] = []
        var rest = try withoutComments(text, line: line)[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let selector = rest[..<open].trimmed
            guard !selector.isEmpty, selector.allSatisfy(isInSelector) else {
                throw fault("a rule of a style sheet that begins with @ or has a selector of another kind", line)
            }
            guard rules.count < maximumRules else {
                throw LogoFault(code: .tooMany, text: "must have at most \(maximumRules) rules in a style sheet")
            }
            rules.append("\(selector){\(try declarations(String(rest[open..<close].dropFirst()), line: line))}")
            rest = rest[close...].dropFirst()
        }
        guard rest.trimmed.isEmpty else { throw fault("a style sheet that is not made of rules", line) }
        return rules.joined(separator: "\n")
    }

    private static func isInSelector(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character.isWhitespace || "_-.#*,>".contains(character)
    }

    private static func withoutComments(_ text: String, line: Int) throws -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "/*") {
            guard let end = rest[start.upperBound...].firstRange(of: "*/") else {
                throw fault("a comment without an end", line)
            }
            result += rest[..<start.lowerBound]
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    static func fault(_ what: String, _ line: Int, advice: String = "") -> LogoFault {
        LogoFault(
            code: .notAllowed,
            text: "has on line \(line) \(what), which is not drawn\(advice.isEmpty ? "" : ": " + advice)")
    }

    /// A name of the file in a message: a plain one, or none.
    static func shown(_ name: String) -> String {
        let isPlain = name.utf8.count <= 40 && name.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
        return isPlain && !name.isEmpty ? "“\(name)”" : "a name of another kind"
    }
}

extension StringProtocol {
    fileprivate var trimmed: SubSequence {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }
}
