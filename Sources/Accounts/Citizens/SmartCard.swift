import PagoPA
import Text

/// What is written in the certificate of a CRS, TS-CNS or CIE, as far as its rules ask.
package struct CardCertificate: Sendable, Equatable {
    /// Every CN of the subject.
    package var commonNames: [String]
    package var givenNames: [String]
    package var familyNames: [String]
    /// OIDs with dots.
    package var policies: [String]
    package var signsDigitally: Bool
    /// Key usage nonRepudiation: a certificate for signing documents, which proves nothing about who is logging in.
    package var bindsLegally: Bool
    /// OIDs with dots.
    package var purposes: [String]
    package var notBefore: Instant
    package var notAfter: Instant

    package init(
        commonNames: [String], givenNames: [String] = [], familyNames: [String] = [], policies: [String],
        signsDigitally: Bool, bindsLegally: Bool, purposes: [String], notBefore: Instant, notAfter: Instant
    ) {
        self.commonNames = commonNames
        self.givenNames = givenNames
        self.familyNames = familyNames
        self.policies = policies
        self.signsDigitally = signsDigitally
        self.bindsLegally = bindsLegally
        self.purposes = purposes
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// Carta regionale (CRS), tessera sanitaria (TS-CNS) or carta d'identità elettronica (CIE), by whose certificate a citizen signs in.
/// Who issued it is judged before: these are the rules about what it says.
package struct SmartCard: Sendable, Equatable {
    package let taxCode: TaxCode
    package let givenName: String?
    package let familyName: String?

    /// Why a card opens no session: for our log and metrics, never for its bearer.
    package enum Fault: String, Error, Sendable, CaseIterable {
        case noCertificate = "no_certificate"
        /// A header with a certificate that came from elsewhere than a trusted proxy.
        case untrustedSender = "untrusted_sender"
        case unreadable
        /// No chain to the authorities that are trusted.
        case untrustedIssuer = "untrusted_issuer"
        case notYetValid = "not_yet_valid"
        case expired
        case keyUsage = "key_usage"
        case nonRepudiation = "non_repudiation"
        case purpose
        case policy
        /// None, or several.
        case commonName = "common_name"
        case taxCode = "tax_code"
    }

    /// CNS; CRS of Lombardy in its two forms; CIE.
    package static let knownPolicies: Set<String> = [
        "1.3.76.16.2.1", "1.3.159.6.1.3.2.10", "1.3.76.12.1.1.10.2.2.10", "1.3.76.47.4",
    ]
    package static let clientAuthentication = "1.3.6.1.5.5.7.3.2"

    package init(_ certificate: CardCertificate, trusting policies: Set<String>, at now: Instant) throws(Fault) {
        guard certificate.notBefore <= now else { throw .notYetValid }
        guard now <= certificate.notAfter else { throw .expired }
        guard certificate.signsDigitally else { throw .keyUsage }
        guard !certificate.bindsLegally else { throw .nonRepudiation }
        guard certificate.purposes.contains(Self.clientAuthentication) else { throw .purpose }
        guard certificate.policies.contains(where: policies.contains) else { throw .policy }
        guard let name = certificate.commonNames.first, certificate.commonNames.count == 1 else { throw .commonName }
        taxCode = try Self.taxCode(in: name)
        givenName = Self.name(certificate.givenNames)
        familyName = Self.name(certificate.familyNames)
    }

    private static let maximumNameBytes = 128

    /// `<codice fiscale>/<card id>.<base64 of a digest>`: what stands before the first slash, for the digest may hold more of them.
    private static func taxCode(in commonName: String) throws(Fault) -> TaxCode {
        let bytes = Array(commonName.utf8)
        guard bytes.count <= maximumNameBytes, bytes.firstIndex(of: UInt8(ascii: "/")) == 16, bytes.count > 17,
            bytes[17...].allSatisfy({ $0.isAlphanumeric || cardIDMarks.contains($0) }),
            bytes[..<16].allSatisfy({ $0.isUpper || $0.isDigit }),
            let code = try? TaxCode(String(decoding: bytes[..<16], as: UTF8.self))
        else { throw .taxCode }
        return code
    }

    /// Of card ids, and of base64 in both its alphabets.
    private static let cardIDMarks = Array("./+=-_".utf8)

    /// A name is a courtesy: one that is missing, doubled or no plain text is left out.
    private static func name(_ values: [String]) -> String? {
        guard values.count == 1, let value = values.first else { return nil }
        return try? boundedText(value, 1...70)
    }
}
