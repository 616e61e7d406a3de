import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct ConformanceTests {
        @Test func `the service has every check of its own simulator`() async throws {
            try await Deployment.with { live in
                let output = try await onOwnThread {
                    try Tool.run(
                        Deployment.binaries.appending(path: "psp-simulator").path,
                        [
                            "conformance", "--against", live.api, "--creditor", Deployment.creditor, "--secret-file",
                            live.folder.appending(path: "demo.json").path,
                        ])
                }
                let lines = output.split(separator: "\n")
                #expect(lines.filter { !$0.hasPrefix("ok ") }.count == 1, "\(output)")
                #expect(lines.last?.wholeMatch(of: #/([0-9]+) of \1/#) != nil, "\(output)")
            }
        }
    }
}
