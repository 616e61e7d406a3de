import Foundation
import Synchronization

/// One request and its response. `scripts/test.sh` validates all recorded exchanges against openapi.yaml after the tests.
package struct Exchange: Sendable, Encodable {
    let test: String
    let method: String
    let path: String
    let status: Int
    let headers: [String: String]
    let bodyBase64: Data
    let requestHeaders: [String: String]
    let requestBodyBase64: Data

    /// - Parameters:
    ///   - test: its name is reported if the exchange violates the contract.
    ///   - path: with its query, as sent.
    package init(
        test: String?, method: String, path: String, requestHeaders: [String: String] = [:], requestBody: Data? = nil,
        status: Int, headers: [String: String], body: Data
    ) {
        self.test = test ?? "-"
        self.method = method
        self.path = path
        self.requestHeaders = requestHeaders.filter { $0.key.lowercased() != "authorization" }
        self.requestBodyBase64 = requestBody ?? Data()
        self.status = status
        self.headers = headers
        self.bodyBase64 = body
    }

    /// Appends a line to the file of this process, in the folder that `scripts/test.sh` names; without that folder, nothing is recorded.
    package func record() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let line = try encoder.encode(self) + Data("\n".utf8)
        try Self.file.withLock { try $0?.write(contentsOf: line) }
    }

    private static let file = Mutex(open())

    private static func open() -> FileHandle? {
        guard let folder = ProcessInfo.processInfo.environment["RECORDED_EXCHANGES"] else { return nil }
        let path = "\(folder)/\(UUID().uuidString).jsonl"
        // The bodies hold keys of the tests' own databases.
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        return FileHandle(forWritingAtPath: path)
    }
}
