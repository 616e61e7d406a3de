import Foundation
import Testing

/// Personal data and secrets, found by their format, and names of people in the tests. No log line, metric, problem or URL may contain
/// any of them.
enum PersonalData {
    private static let shapes: [(name: String, pattern: String)] = [
        ("tax code", "[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"),
        ("IBAN", "IT[0-9]{2}[A-Z][0-9]{22}"),
        ("e-mail address", "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+"),
        ("API key", "qz_[A-Za-z0-9]{16,}"), ("webhook secret", "whsec_"), ("bearer token", "[Bb]earer [A-Za-z0-9]"),
        ("ID token", "eyJ[A-Za-z0-9_-]+[.]"), ("citizen's token or code", "qz[armtc]_[A-Za-z0-9]"),
        ("password hash", "argon2id"),
        ("name", "Canarin|Pagant|Mario|Rossi|Qualcuno"),
        ("password", "correct horse|quattro gatti|sbagliata|[Pp]assw(?:or)?d(?:[0-9]|-(?!resets))"),
    ]

    /// The kinds of personal data and secrets in `text`.
    static func found(in text: String) -> [String] {
        shapes.filter { text.range(of: $0.pattern, options: .regularExpression) != nil }.map(\.name)
    }
}

extension Deployment {
    /// Checks the logs of all programs of this deployment and these metrics.
    func expectNoPersonalData(metrics: String) throws {
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "log" && !["mail.log", "simulator.log"].contains(file.lastPathComponent) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            for line in lines {
                let found = PersonalData.found(in: String(line))
                #expect(found.isEmpty, "\(file.lastPathComponent) \(found): \(line.prefix(300))")
                if !found.isEmpty { break }
            }
        }
        #expect(PersonalData.found(in: metrics).isEmpty, "metrics")
    }
}
