import PagoPA
import Text

/// The fields of a CRS, TS-CNS or CIE certificate that the rules check.
package struct CardCertificate: Sendable, Equatable {
    /// All CN values of the subject.
    package var commonNames: [String]
    package var givenNames: [String]
    package var familyNames: [String]
    /// Dotted OIDs.
    package var policies: [String]
    package var hasDigitalSignature: Bool
    /// Key usage nonRepudiation: a certificate for signing documents, which does not authenticate a user.
    package var hasNonRepudiation: Bool
    /// Dotted OIDs.
    package var extendedKeyUsages: [String]
    package var notBefore: Instant
    package var notAfter: Instant

    package init(
        commonNames: [String], givenNames: [String] = [], familyNames: [String] = [], policies: [String],
        hasDigitalSignature: Bool, hasNonRepudiation: Bool, extendedKeyUsages: [String], notBefore: Instant,
        notAfter: Instant
    ) {
        self.commonNames = commonNames
        self.givenNames = givenNames
        self.familyNames = familyNames
        self.policies = policies
        self.hasDigitalSignature = hasDigitalSignature
        self.hasNonRepudiation = hasNonRepudiation
        self.extendedKeyUsages = extendedKeyUsages
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// Carta regionale (CRS), tessera sanitaria (TS-CNS) or carta d'identità elettronica (CIE) with which a citizen signs in. The
/// issuer is verified earlier; these rules check the content of the certificate.
package struct SmartCard: Sendable, Equatable {
    package let taxCode: TaxCode
    package let givenName: String?
    package let familyName: String?

    /// Why a card cannot open a session. This goes to the log and metrics, never to the citizen.
    package enum Fault: String, Error, Sendable, CaseIterable {
        case noCertificate = "no_certificate"
        /// A certificate header from a sender that is not a trusted proxy.
        case untrustedSender = "untrusted_sender"
        case unreadable
        /// No chain to a trusted certificate authority.
        case untrustedIssuer = "untrusted_issuer"
        case notYetValid = "not_yet_valid"
        case expired
        case keyUsage = "key_usage"
        case nonRepudiation = "non_repudiation"
        case purpose
        case policy
        /// The certificate has no common name, or several.
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
        guard certificate.hasDigitalSignature else { throw .keyUsage }
        guard !certificate.hasNonRepudiation else { throw .nonRepudiation }
        guard certificate.extendedKeyUsages.contains(Self.clientAuthentication) else { throw .purpose }
        guard certificate.policies.contains(where: policies.contains) else { throw .policy }
        guard let name = certificate.commonNames.first, certificate.commonNames.count == 1 else { throw .commonName }
        taxCode = try Self.taxCode(in: name)
        givenName = Self.name(certificate.givenNames)
        familyName = Self.name(certificate.familyNames)
    }

    private static let maximumNameBytes = 128

    /// `<codice fiscale>/<card id>.<base64 of a digest>`: reads up to the first slash, because the digest may contain more of
    /// them.
    private static func taxCode(in commonName: String) throws(Fault) -> TaxCode {
        let bytes = Array(commonName.utf8)
        guard bytes.count <= maximumNameBytes, bytes.firstIndex(of: UInt8(ascii: "/")) == 16, bytes.count > 17,
            bytes[17...].allSatisfy({ $0.isAlphanumeric || cardIDMarks.contains($0) }),
            bytes[..<16].allSatisfy({ $0.isUpper || $0.isDigit }),
            let code = try? TaxCode(String(decoding: bytes[..<16], as: UTF8.self))
        else { throw .taxCode }
        return code
    }

    /// Punctuation of card ids and of both base64 alphabets.
    private static let cardIDMarks = Array("./+=-_".utf8)

    /// The name is optional: a name that is missing, repeated or not plain text is ignored.
    private static func name(_ values: [String]) -> String? {
        guard values.count == 1, let value = values.first else { return nil }
        return try? boundedText(value, 1...70)
    }
}
