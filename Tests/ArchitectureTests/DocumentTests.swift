import Foundation
import Testing

/// Documents that point to each other, to the code or to scripts. A wrong pointer fails here instead of misleading a reader.
@Suite struct DocumentTests {
    private struct Page {
        /// From the project's folder.
        let path: String
        let text: String
        /// The text without code blocks, in which brackets and `#` have another meaning.
        let prose: String
        /// The anchors that GitHub derives from the headings.
        let anchors: Set<String>

        init(path: String) throws {
            self.path = path
            text = try String(contentsOf: Project.folder.appending(path: path), encoding: .utf8)
            prose = text.replacing(/(?ms)^```.*?^```$/, with: "")
            anchors = Set(
                prose.matches(of: /(?m)^#+ +(.+)$/).map { heading in
                    let plain = heading.1.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.lowercased()
                    return plain.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-")
                })
        }
    }

    private static let pages = Result {
        let root = try FileManager.default.contentsOfDirectory(atPath: Project.folder.path)
        let docs = try FileManager.default.subpathsOfDirectory(atPath: Project.folder.appending(path: "docs").path)
        return try (root + docs.map { "docs/\($0)" }).filter { $0.hasSuffix(".md") }.sorted().map { try Page(path: $0) }
    }

    private func page(_ path: String) throws -> Page {
        try #require(try Self.pages.get().first { $0.path == path }, "\(path) is missing")
    }

    @Test func `the README has at most 200 lines`() throws {
        #expect(try page("README.md").text.components(separatedBy: "\n").count - 1 <= 200)
    }

    @Test func `every link leads to a file and to a heading in it`() throws {
        let pages = try Self.pages.get()
        for page in pages {
            for match in page.prose.matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains("://") {
                let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
                    String.init)
                let name = parts.first ?? ""
                let path =
                    name.isEmpty
                    ? page.path
                    : ("/\((page.path as NSString).deletingLastPathComponent)/\(name)" as NSString).standardizingPath
                let target = path.hasPrefix("/") ? String(path.dropFirst()) : path
                #expect(
                    FileManager.default.fileExists(atPath: Project.folder.appending(path: target).path),
                    "\(page.path): \(match.1)")
                if let anchor = parts.dropFirst().first {
                    let found = pages.first { $0.path == target }?.anchors.contains(anchor)
                    #expect(found == true, "\(page.path): \(match.1) is no heading")
                }
            }
        }
    }

    @Test func `the index of decision records lists every record once, with its title`() throws {
        let records = try Self.pages.get().filter { $0.path.hasPrefix("docs/adr/0") }
        let expected = try records.map { record in
            let file = record.path.replacing("docs/adr/", with: "")
            let title = try #require(
                record.text.firstMatch(of: /^# (\d+)\. (.+)\n/), "\(record.path) has no numbered title")
            #expect(Int(title.1) == Int(file.prefix(4)), "\(record.path): the title has another number")
            for part in ["**Context.**", "**Decision.**", "**Consequences.**"] {
                #expect(record.text.contains(part), "\(record.path) has no \(part)")
            }
            return "| [\(file.prefix(4))](\(file)) | \(title.2) |"
        }
        let listed = try page("docs/adr/README.md").text.split(separator: "\n").filter { $0.hasPrefix("| [") }

        #expect(listed.map(String.init) == expected, "write these lines:\n\(expected.joined(separator: "\n"))")
        #expect(Set(records.map { $0.path.prefix(13) }).count == records.count, "two records have one number")
    }

    @Test func `every page with runnable lines is run with the README`() throws {
        let script = try String(
            contentsOf: Project.folder.appending(path: "scripts/readme-journey.sh"), encoding: .utf8)
        let list = try #require(script.firstMatch(of: /(?m)^pages=\((.+)\)$/))
        let runnable = try Self.pages.get().filter { $0.text.contains("\n```sh journey\n") }.map(\.path)

        #expect(Set(list.1.split(separator: " ").map(String.init)) == Set(runnable))
    }

    @Test func `the table of variables has every variable of the configuration`() throws {
        let source = try String(
            contentsOf: Project.folder.appending(path: "Sources/Server/Configuration.swift"), encoding: .utf8)
        let read = source.matches(of: /"([a-z]+(?:\.[a-z]+)+)"/).map(\.1).filter { $0 != "openapi.yaml" }
            .map { $0.uppercased().replacing(".", with: "_") }
        let documented = try page("docs/configuration.md").text.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .flatMap { line in (line.split(separator: "|").first ?? "").matches(of: /`([A-Z_]+)`/).map { String($0.1) }
            }

        #expect(Set(read) == Set(documented))
        #expect(Set(documented).count == documented.count)
    }

    @Test func `the table of modules lists every module once`() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Project.folder.appending(path: "Sources").path)
        let section = try #require(
            try page("ARCHITECTURE.md").text.components(separatedBy: "| module | floor |").dropFirst().first)
        let rows =
            section.components(separatedBy: "\n\n").first?.split(separator: "\n").filter { $0.hasPrefix("| `") } ?? []
        let listed = rows.flatMap { row in
            (row.split(separator: "|").first ?? "").matches(of: /`(\w+)`/).map { String($0.1) }
        }

        #expect(listed.sorted() == folders.sorted())
    }

    /// The changelog is left out: it may name what a later version renamed.
    @Test func `every file and every suite of tests that a document names exists`() throws {
        let files = FileManager.default
        let suites = try Set(
            Project.swiftFiles(under: "Tests").flatMap { file in
                file.text.matches(of: /(?:struct|enum|class) (\w+Tests)\b/).map { String($0.1) }
            } + files.contentsOfDirectory(atPath: Project.folder.appending(path: "Tests").path))
        for page in try Self.pages.get() where page.path != "CHANGELOG.md" {
            for match in page.prose.matches(of: /`((?:Sources|Tests|docs|migrations|scripts)\/[\w.\/+-]+)`/) {
                #expect(
                    files.fileExists(atPath: Project.folder.appending(path: String(match.1)).path),
                    "\(page.path): \(match.1)")
            }
            for match in page.prose.matches(of: /`(\d{4}_\w+\.sql)`/) {
                #expect(
                    files.fileExists(atPath: Project.folder.appending(path: "migrations/\(match.1)").path),
                    "\(page.path): \(match.1)")
            }
            for match in page.prose.matches(of: /`(\w+Tests)`/) {
                #expect(suites.contains(String(match.1)), "\(page.path): \(match.1)")
            }
        }
    }
}
