import ArgumentParser
import Foundation
import JSON
import Logging

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check configuration, database, clock, mail server, PSPs, identity providers and certificates of this installation.",
        discussion: """
            It changes nothing and sends neither an e-mail nor a request to a PSP: it logs in at the mail server, connects to \
            each PSP's host, and fetches the keys of each identity provider. Run it with the settings of the service, after an installation and when something fails. \
            It prints no secret.

            Each line has a status: ok, warning (the service works), error (it does not, or not safely), or skipped. The \
            exit status is 1 if a check found an error, otherwise 0.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Warn about certificates that expire within this number of days.") var warningDays = 30
    @Option(help: "text or json.") var format = OutputFormat.text

    func run() async throws {
        let findings = await findings()
        switch format {
        case .text: report(findings)
        case .json:
            let bytes = JSONWriter.object { json in
                json.field("status", Self.worst(findings).rawValue)
                json.field("version", Server.version)
                json.array("checks", findings) { json, finding in finding.write(to: &json) }
            }
            printLine(String(decoding: bytes, as: UTF8.self))
        }
        if Self.worst(findings) == .error { throw ExitCode.failure }
    }

    private func findings() async -> [Finding] {
        let settings: Settings
        let wiring: Wiring
        do {
            settings = try await Settings.read(file: common.config, needing: [.database, .secrets, .mail])
            wiring = try Wiring(
                settings,
                logger: Logger(label: "quietanza", factory: { JSONLog(label: $0, level: .critical, isJSON: false) }))
        } catch let faults as Settings.Faults {
            return faults.faults.map { .error(.configuration, "settings", $0) }
        } catch {
            return [.error(.configuration, "settings", "\(error)")]
        }
        let files = CertificateChecks(
            settings: settings, configurationFile: common.config, warningDays: warningDays)
        let outbound = OutboundChecks(wiring: wiring)
        let database = await DatabaseChecks(wiring: wiring).run()
        var findings = files.configuration() + database.findings + (await outbound.mail())
        findings +=
            database.canRead
            ? await outbound.psps() : [.skipped(.psps, "list", "needs the database")]
        findings += await outbound.identityProviders()
        await wiring.close()
        return findings + files.certificates()
    }

    private static func worst(_ findings: [Finding]) -> Finding.Status {
        if findings.contains(where: { $0.status == .error }) { return .error }
        return findings.contains { $0.status == .warning } ? .warning : .ok
    }

    private func report(_ findings: [Finding]) {
        for finding in findings { printLine(finding.line) }
        let errors = findings.count { $0.status == .error }
        let warnings = findings.count { $0.status == .warning }
        printLine("errors: \(errors), warnings: \(warnings)")
    }
}
