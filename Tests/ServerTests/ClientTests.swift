import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// The clients that OpenAPI Generator makes of the contract. They are generated once for each content of openapi.yaml.
    @Suite struct ClientTests {
        private static func generate(_ arguments: [String] = []) throws -> String {
            let output = try Tool.run(Deployment.project.appending(path: "scripts/clients.sh").path, arguments)
            // Before its only line of output the script may report what it installs.
            return String(try #require(output.split(separator: "\n").last))
        }

        @Test func `the generated Python client goes from the debt to the receipt and reads every kind of answer`()
            async throws
        {
            let python = try Self.generate(["python"])
            try await Deployment.with { live in
                let output = try Shell.run("'\(python)' scripts/clients/journey.py", live.shell)

                let steps = output.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
                #expect(
                    steps == ["created", "found", "chosen", "started", "paid", "receipt", "archive", "refused"],
                    "\(output)")
                #expect(output.contains("Operazione conclusa"))
            }
        }

        @Test func `the TypeScript client and the Postman collection have every operation of the contract`() throws {
            let folder = URL(filePath: try Self.generate())
            let operations = try Contract.project.get().operations
            let apis = folder.appending(path: "typescript/src/apis")
            let code = try FileManager.default.contentsOfDirectory(at: apis, includingPropertiesForKeys: nil)
                .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
            for operation in operations {
                let words = operation.operationId.split(separator: "_")
                let name = words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
                #expect(code.contains("async \(name)("), "\(name)")
            }
            // Bytes, not a text.
            #expect(code.contains(/async showReceiptPdf\([^)]*\): Promise<runtime\.HttpFile>/))

            let collection = folder.appending(path: "quietanza.postman_collection.json")
            let requests = try Self.requests(in: JSONSerialization.jsonObject(with: Data(contentsOf: collection)))
            #expect(requests == Set(operations.map { "\($0.method) \($0.path)" }))
        }

        /// `GET /v1/positions/{id}` for each request of a Postman collection, in whichever folder it is.
        private static func requests(in json: Any) -> Set<String> {
            if let list = json as? [Any] { return list.reduce(into: []) { $0.formUnion(requests(in: $1)) } }
            guard let object = json as? [String: Any] else { return [] }
            var found = object.values.reduce(into: Set<String>()) { $0.formUnion(requests(in: $1)) }
            if let request = object["request"] as? [String: Any], let method = request["method"] as? String,
                let url = (request["url"] as? [String: Any])?["raw"] as? String
            {
                let path = url.split(separator: "?").first?.replacing("{{baseUrl}}", with: "") ?? ""
                found.insert("\(method) \(path.replacing(/:(\w+)/) { "{\($0.1)}" })")
            }
            return found
        }
    }
}
