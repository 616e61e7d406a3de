import Foundation
import Testing

/// Each guarantee in the README is checked by the tests that it names.
@Suite struct ReadmeTests {
    private func rows() throws -> [(promise: String, tests: [String])] {
        let text = try String(contentsOf: Project.folder.appending(path: "README.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "## What you may rely on\n").dropFirst().first)
        let lines = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| ") }
        return lines.dropFirst().map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = (cells.last ?? "").matches(of: /`([^`]+)`/).map { String($0.1) }
            return (cells.first ?? "", names)
        }
    }

    @Test func `every guarantee in the README names tests, and each of them exists`() throws {
        var known: Set<String> = []
        for file in try Project.swiftFiles(under: "Tests") {
            for line in file.lines {
                for match in line.matches(of: /func `([^`]+)`/) { known.insert(String(match.1)) }
            }
        }
        let promises = try rows()

        #expect(promises.count >= 8)
        for promise in promises {
            #expect(!promise.tests.isEmpty, "\(promise.promise)")
            for test in promise.tests { #expect(known.contains(test), "\(promise.promise): no test is named \(test)") }
        }
    }
}
