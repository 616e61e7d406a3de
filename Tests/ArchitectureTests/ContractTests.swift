import Foundation
import TestSupport
import Testing

/// Each operation of openapi.yaml has a route, and each route has an operation.
@Suite struct ContractTests {
    @Test func `every operation has a unique name in snake case`() throws {
        let names = try Contract.project.get().operations.map(\.operationId)

        #expect(Set(names).count == names.count)
        #expect(names.filter { $0.wholeMatch(of: /[a-z]+(_[a-z]+)+/) == nil } == [])
    }

    @Test func `every operation under v1 but the texts of codes needs a credential, and no other does`() throws {
        // The texts of codes are the same for every caller.
        #expect(
            try Contract.project.get().operations.filter { $0.path.hasPrefix("/v1/") == $0.isPublic }.map(\.path)
                == ["/v1/codes"])
    }

    @Test func `the routes are the contract's operations`() throws {
        let contract = try Contract.project.get()
        let promised = Set(contract.operations.map { "\($0.method) \($0.path) \($0.operationId)" })
        let route = try Regex(#"Route\(\s*\.([a-z]+),\s*"([^"]+)",\s*"([a-z_]+)""#)

        var served: Set<String> = []
        for file in try Project.swiftFiles(under: "Sources/API") {
            for match in file.text.matches(of: route) {
                let words = (1...3).map { match.output[$0].substring.map(String.init) ?? "" }
                let (isNew, _) = served.insert("\(words[0].uppercased()) \(words[1]) \(words[2])")
                #expect(isNew, "\(words[1])")
            }
        }

        #expect(served.subtracting(promised).isEmpty)
        #expect(promised.subtracting(served).isEmpty)
    }
}

/// The project's own files.
enum Project {
    struct File {
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    static let folder = Contract.projectFile.deletingLastPathComponent()

    static func swiftFiles(under name: String) throws -> [File] {
        let root = folder.appending(path: name).path
        let names = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }.sorted()
        return try names.map {
            File(path: "\(name)/\($0)", text: try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8))
        }
    }
}
