import Foundation

/// Checks of the files that the configuration names: certificates, their keys, and the configuration file itself. `Settings`
/// has already checked that they are readable and that certificate and key match.
struct CertificateChecks {
    let settings: Settings
    /// The file of `--config`.
    let configurationFile: String?
    let warningDays: Int

    private static let secondsPerDay = 86_400

    func certificates() -> [Finding] {
        var findings: [Finding] = []
        if let identity = settings.identity {
            findings.append(validity(of: "TLS_CERTIFICATE", "server", identity.validities))
            findings += permissions(of: identity.keyFile, "TLS_KEY", .certificates, "server key")
        }
        if let cards = settings.smartCards {
            findings.append(validity(of: "CLIENT_CA", "smart cards", cards.roots.map { CertificateValidity($0) }))
        }
        if findings.isEmpty {
            findings.append(.ok(.certificates, "server", "none is configured; a proxy has to terminate TLS"))
        }
        return findings
    }

    func configuration() -> [Finding] {
        [.ok(.configuration, "settings", "every setting is valid")]
            + (configurationFile.map { permissions(of: $0, "the configuration file", .configuration, "file") } ?? [])
    }

    /// The first certificate of a chain or list that is not valid, or the one that expires first.
    private func validity(of name: String, _ check: String, _ all: [CertificateValidity]) -> Finding {
        let now = Int(exactly: Date().timeIntervalSince1970.rounded()) ?? 0
        if all.contains(where: { $0.beginsAtUnixSeconds > now }) {
            return .error(.certificates, check, "\(name) contains a certificate that is not valid yet")
        }
        guard let end = all.map(\.endsAtUnixSeconds).min() else {
            return .error(.certificates, check, "\(name) contains no certificate")
        }
        let days = (end - now) / Self.secondsPerDay
        let date = Date(timeIntervalSince1970: Double(end)).formatted(.iso8601)
        if end <= now { return .error(.certificates, check, "\(name) expired at \(date)") }
        let text = "\(name) expires in \(days) days, at \(date)"
        return days < warningDays ? .warning(.certificates, check, text) : .ok(.certificates, check, text)
    }

    /// Files with secrets must not be readable by every user of the machine.
    private func permissions(of file: String, _ name: String, _ area: Finding.Area, _ check: String) -> [Finding] {
        guard let found = try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber else {
            return [.error(area, check, "\(name) cannot be read")]
        }
        return found.intValue & 0o004 == 0
            ? [.ok(area, check, "\(name) is not readable by every user")]
            : [.warning(area, check, "\(name) is readable by every user of this machine: chmod o-rwx")]
    }
}
