import Foundation

/// pagoPA's own files. They have no licence, so the project does not contain them. A test run that has them sets the variables
/// `PAGOPA_XSD` (the schemas' `pagopa-api`) and `PAGOPA_SAMPLES` (messages); other runs use the project's fixtures and report it.
package enum Official {
    package static var samples: URL? { folder("PAGOPA_SAMPLES", "the official samples were not read, only our own") }

    private static var schemas: URL? { folder("PAGOPA_XSD", "nothing was held against the official schema") }

    /// The errors that xmllint reports for the documents against the official schema of RPT and RT; `nil` without the schema.
    package static func violations(ofRTs documents: [[UInt8]]) throws -> [String]? {
        guard let schema = schemas?.appending(path: "gad/xsd/PagInf_RPT_RT_6_2_0.xsd") else { return nil }
        let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-rts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var names: [String] = []
        for (index, document) in documents.enumerated() {
            names.append(folder.appending(path: "\(index).xml").path)
            try Data(document).write(to: URL(fileURLWithPath: names[index]))
        }
        do {
            try Tool.run("xmllint", ["--nonet", "--noout", "--schema", schema.path] + names)
            return []
        } catch let failure as Tool.Failure {
            return failure.description.split(separator: "\n").filter { !$0.hasSuffix(" validates") }.map(String.init)
        }
    }

    private static func folder(_ name: String, _ without: String) -> URL? {
        guard let path = ProcessInfo.processInfo.environment[name] else {
            print("\(name) is not set: \(without)")
            return nil
        }
        return URL(fileURLWithPath: path)
    }
}
