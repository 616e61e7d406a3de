import ArgumentParser
import Foundation

/// Grades a service's webhook or a PSP's sender.
struct Conformance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Grades a service's webhook (--against) or a PSP's sender (--sender).",
        discussion: """
            Each check prints one line, 'ok' or 'fault' with what was seen; the last line is the grade, such as '37 of 40'. The exit code \
            is 0 only if every check is ok.

            --against posts RTs to the webhook of a test deployment. It creates debts with the key in CONFORMANCE_KEY (positions:write), \
            or with 'creditor_key' of the secret file, pays them and leaves anomalies: never run it against real data.

            --sender listens, and grades what arrives at /v1/psps/PSP/receipts. It answers the first message with 503 twice and then 201, \
            the second one with 422, and further ones with 201.
            """)

    @Option(help: "Base URL of the service to grade.")
    var against: String?

    @Flag(help: "Grade the sender that posts here.")
    var sender = false

    @Option(help: "The PSP that signs.")
    var psp = "ABCDITMM"

    @Option(help: "Tax code of the creditor whose debts are created (--against).")
    var creditor = "12345678903"

    @Option(name: .customLong("debt-type"), help: "Debt type of these debts (--against).")
    var debtType = "mensa"

    @Option(help: "Address to listen on (--sender).")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on (--sender).")
    var port = 8091

    @Option(help: "How long to listen, in seconds (--sender); it ends 5 s after the last message is answered.")
    var seconds = 120

    @OptionGroup var secretOptions: SecretOptions

    func validate() throws {
        guard (against != nil) != sender else { throw ValidationError("give either --against or --sender") }
        guard against.map(WebLink.isUsable) != false else {
            throw ValidationError("--against must be an absolute http or https URL")
        }
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 to 65535") }
        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 3600") }
    }

    func run() async throws {
        let signers = try secretOptions.read().signers(of: psp)
        guard let signer = signers.first else { throw SecretsError.missing }
        let findings: [Finding]
        if let against {
            let service = ServiceUnderTest(
                base: against.hasSuffix("/") ? String(against.dropLast()) : against, psp: psp, signer: signer,
                key: try key(), creditor: creditor, debtType: debtType)
            findings = await WebhookChecks.run(on: service) { print($0.line) }
        } else {
            let recorder = SenderRecorder()
            try await SenderListener(recorder: recorder, host: host, port: port).listen(seconds: seconds)
            findings = SenderGrade(psp: psp, signers: signers).grade(await recorder.posts)
            for finding in findings { print(finding.line) }
        }
        print(Finding.grade(of: findings))
        if findings.contains(where: { $0.fault != nil }) { throw ExitCode.failure }
    }

    private struct DemoKeys: Decodable {
        let creditorKey: String

        enum CodingKeys: String, CodingKey { case creditorKey = "creditor_key" }
    }

    private func key() throws -> String {
        if let key = ProcessInfo.processInfo.environment["CONFORMANCE_KEY"] { return key }
        if let file = secretOptions.secretFile, let data = FileManager.default.contents(atPath: file),
            let keys = try? JSONDecoder().decode(DemoKeys.self, from: data)
        {
            return keys.creditorKey
        }
        throw ValidationError("set CONFORMANCE_KEY to an API key with positions:write")
    }
}

/// The result of one check.
struct Finding: Sendable, Equatable {
    let name: String
    /// What was wrong; `nil`: nothing.
    let fault: String?

    var line: String { fault.map { "fault  \(name): \($0)" } ?? "ok     \(name)" }

    static func grade(of findings: [Finding]) -> String {
        "\(findings.count { $0.fault == nil }) of \(findings.count)"
    }
}

/// Ends a check.
struct Fault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
