import Foundation

/// The parts of openapi.yaml that the tests need, as `scripts/contract.sh operations` prints them.
package struct Contract: Sendable, Decodable {
    /// The project's own file, read once.
    package static let project = Result { () throws -> Contract in
        let script = projectFile.deletingLastPathComponent().appending(path: "scripts/contract.sh")
        // Before its only line of JSON the script may report that it installs its dependencies.
        let line = try Tool.run(script.path, ["operations"]).split(separator: "\n").last ?? ""
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Contract.self, from: Data(line.utf8))
    }

    /// The project's folder, two levels above this file.
    package static var projectFile: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "openapi.yaml")
    }

    /// Sorted by path, then method.
    package let operations: [Operation]
    /// The values of the schemas `ProblemCode` and `ViolationCode`.
    package let problemCodes: [String]
    package let violationCodes: [String]

    package struct Operation: Sendable, Decodable {
        /// The method in upper case.
        package let method: String
        /// The path template of the route: `/v1/positions/{id}`.
        package let path: String
        package let operationId: String
        /// Any one of these is needed; empty: any valid key.
        package let scopes: [String]
        package let isPublic: Bool
        /// A PSP signs the body instead of sending a key.
        package let isSigned: Bool
        /// A request may have, or must have, a citizen's token.
        package let takesCitizen: Bool
        /// A request must have a citizen's token.
        package let needsCitizen: Bool
        /// A browser key may call it without a citizen's token.
        package let isOpenToBrowsers: Bool
        /// A test key may call it, with any scopes.
        package let isOpenToTestKeys: Bool
        /// The first example of a request body.
        package let requestExample: Example?
        package let export: Export?
    }

    /// A list that can be exported.
    package struct Export: Sendable, Decodable {
        /// The names of the columns in the example of its CSV, in order.
        package let columns: [String]
        /// The members of its items, those of objects after a dot.
        package let members: [String]
    }

    package struct Example: Sendable, Decodable {
        package let mediaType: String
        package let body: String
    }
}
