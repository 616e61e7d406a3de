import Foundation

enum SecretsError: Error, Equatable, CustomStringConvertible {
    case missing
    case malformed

    var description: String {
        switch self {
        case .missing:
            "no webhook secret: set PSP_SIMULATOR_SECRET or give --secret-file"
        case .malformed:
            "a webhook secret must be whsec_ and 24 to 64 bytes in base64"
        }
    }
}

/// The webhook secrets that the service issued to the simulated PSPs.
struct Secrets: Sendable {
    private let byPSP: [String: [WebhookSigner]]
    private let shared: [WebhookSigner]

    /// - Parameter text: words separated by blanks, commas or line ends. `whsec_…` serves every PSP, `ABCDITMM=whsec_…` that
    ///   one; the first of a PSP signs, all of them verify. Or the JSON that `quietanza demo-data --format json` prints, whose
    ///   members `psp_secret` (one for all) and `psp_secrets` (an object by PSP) are read.
    init(_ text: String) throws(SecretsError) {
        var byPSP: [String: [WebhookSigner]] = [:]
        var shared: [WebhookSigner] = []
        for (psp, secret) in Self.entries(of: text) {
            let signer = try WebhookSigner(secret: secret)
            if let psp { byPSP[psp, default: []].append(signer) } else { shared.append(signer) }
        }
        guard !(byPSP.isEmpty && shared.isEmpty) else { throw .missing }
        self.byPSP = byPSP
        self.shared = shared
    }

    /// The secrets of one PSP, otherwise the shared ones; never both, so that a test can show that a PSP's own secret is
    /// required.
    func signers(of psp: String) -> [WebhookSigner] { byPSP[psp] ?? shared }

    private static func entries(of text: String) -> [(psp: String?, secret: String)] {
        if let document = try? JSONDecoder().decode(DemoData.self, from: Data(text.utf8)) {
            let named = (document.pspSecrets ?? [:]).map { (psp: Optional($0.key), secret: $0.value) }
            return named + (document.pspSecret.map { [(psp: nil, secret: $0)] } ?? [])
        }
        return text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map { word in
            guard !word.hasPrefix("whsec_"), let equals = word.firstIndex(of: "=") else { return (nil, String(word)) }
            return (String(word[..<equals]), String(word[equals...].dropFirst()))
        }
    }

    private struct DemoData: Decodable {
        let pspSecret: String?
        let pspSecrets: [String: String]?

        enum CodingKeys: String, CodingKey {
            case pspSecret = "psp_secret"
            case pspSecrets = "psp_secrets"
        }
    }
}
