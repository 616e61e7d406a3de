import Foundation
import Testing

/// Renderers run inside transactions, so they use their argument and captured values only (decision record 0051).
@Suite struct RendererTests {
    /// The texts that end with the opening brace of a renderer.
    private static let openings = [
        #"Renderer<[^=\n]*> = \{"#, #"\.repeating(\([^{\n]*\))? \{"#, #"(receiveRT|enterRT)\([^{\n]*\) \{"#,
        #"acknowledge: \{"#,
    ]
    /// Names that give access to the database, the clock, random numbers, or the task of the request.
    private static let forbidden = ["intermediary", "Correlation.", "clock", "Date()", "andom", "request."]

    /// The renderers in a file, from brace to brace.
    private func renderers(in text: String) throws -> [Substring] {
        try Self.openings.flatMap { pattern in
            try text.matches(of: Regex(pattern)).map { match in
                let start = text.index(before: match.range.upperBound)
                var depth = 0
                let end = text[start...].indices.first { index in
                    if text[index] == "{" { depth += 1 }
                    if text[index] == "}" { depth -= 1 }
                    return depth == 0
                }
                return text[start...(end ?? start)]
            }
        }
    }

    @Test func `a renderer uses only its argument and captured values`() throws {
        var found = 0
        for file in try Project.swiftFiles(under: "Sources/API") {
            for renderer in try renderers(in: file.text) {
                found += 1
                for name in Self.forbidden where renderer.contains(name) {
                    Issue.record("\(file.path): a renderer uses \(name); capture the value before the operation")
                }
            }
        }
        #expect(found >= 20, "The patterns find the renderers.")
    }
}
