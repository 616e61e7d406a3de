import Foundation
import SwiftASN1
import X509

/// The text contains no certificate, or one whose encoding is invalid.
package struct UnreadableCertificate: Error, CustomStringConvertible {
    package let description = "contains no readable certificate"

    package init() {}
}

/// The content of a certificate that a client presents. Its signature is not verified here.
package struct PresentedCertificate: Sendable {
    let certificate: X509.Certificate
    /// Certificates sent with it, which may lead to a certificate authority.
    let intermediates: [X509.Certificate]
    package let commonNames: [String]
    package let givenNames: [String]
    package let familyNames: [String]
    /// Dotted OIDs.
    package let policies: [String]
    package let hasDigitalSignature: Bool
    /// Key usage nonRepudiation, also called contentCommitment.
    package let hasNonRepudiation: Bool
    /// The extended key usage, as dotted OIDs.
    package let extendedKeyUsages: [String]
    package let notBefore: Date
    package let notAfter: Date

    /// - Throws: also if an extension or subject attribute that is read here is malformed.
    package init(der: [UInt8]) throws(UnreadableCertificate) {
        do {
            try self.init(X509.Certificate(derEncoded: der), intermediates: [])
        } catch {
            throw UnreadableCertificate()
        }
    }

    /// Reads the first certificate of a PEM text; the others may lead to a certificate authority.
    package init(pem text: String) throws(UnreadableCertificate) {
        do {
            let all = try certificates(pem: text)
            guard let first = all.first, all.count <= Authorities.maximumDepth else { throw UnreadableCertificate() }
            try self.init(first, intermediates: Array(all.dropFirst()))
        } catch {
            throw UnreadableCertificate()
        }
    }

    private init(_ certificate: X509.Certificate, intermediates: [X509.Certificate]) throws {
        self.certificate = certificate
        self.intermediates = intermediates
        commonNames = try Self.texts(certificate.subject, .RDNAttributeType.commonName)
        givenNames = try Self.texts(certificate.subject, [2, 5, 4, 42])
        familyNames = try Self.texts(certificate.subject, [2, 5, 4, 4])
        let usage = try certificate.extensions.keyUsage
        hasDigitalSignature = usage?.digitalSignature ?? false
        hasNonRepudiation = usage?.nonRepudiation ?? false
        extendedKeyUsages = try certificate.extensions.extendedKeyUsage?.map { "\(ASN1ObjectIdentifier($0))" } ?? []
        policies = try certificate.extensions[oid: Self.certificatePolicies].map(Self.policies) ?? []
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
    }

    static let certificatePolicies: ASN1ObjectIdentifier = [2, 5, 29, 32]

    /// The values of all attributes of this type, at any position in the name.
    private static func texts(_ name: DistinguishedName, _ type: ASN1ObjectIdentifier) throws -> [String] {
        try name.flatMap { $0.filter { $0.type == type } }.map { attribute in
            guard let text = String(attribute.value) else { throw UnreadableCertificate() }
            return text
        }
    }

    /// `SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, qualifiers OPTIONAL }`; the qualifiers are texts for people and ignored.
    private static func policies(_ extension: X509.Certificate.Extension) throws -> [String] {
        let list = try DER.parse(`extension`.value)
        return try DER.sequence(list, identifier: .sequence) { items in
            var policies: [String] = []
            while let item = items.next() {
                try DER.sequence(item, identifier: .sequence) { parts in
                    policies.append("\(try ASN1ObjectIdentifier(derEncoded: &parts))")
                    _ = parts.next()
                }
            }
            return policies
        }
    }
}

/// The certificates of a PEM text, which may contain nothing else.
func certificates(pem text: String) throws -> [X509.Certificate] {
    try PEMDocument.parseMultiple(pemString: text).map { document in
        guard document.discriminator == "CERTIFICATE" else { throw UnreadableCertificate() }
        return try X509.Certificate(derEncoded: document.derBytes)
    }
}
