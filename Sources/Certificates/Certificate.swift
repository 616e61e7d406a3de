import Foundation
import SwiftASN1
import X509

/// A text that holds no certificate, or one that breaks the rules of its encoding.
package struct UnreadableCertificate: Error, CustomStringConvertible {
    package let description = "holds no readable certificate"

    package init() {}
}

/// A certificate somebody presents: what is written in it, in plain values. Says nothing about whether it is true.
package struct PresentedCertificate: Sendable {
    let certificate: X509.Certificate
    /// Sent with it, as a way up to an authority.
    let above: [X509.Certificate]
    package let commonNames: [String]
    package let givenNames: [String]
    package let familyNames: [String]
    /// OIDs with dots.
    package let policies: [String]
    package let signsDigitally: Bool
    /// Key usage nonRepudiation, also called contentCommitment.
    package let bindsLegally: Bool
    /// Of the extended key usage; OIDs with dots.
    package let purposes: [String]
    package let notBefore: Date
    package let notAfter: Date

    /// - Throws: also when an extension that we read, or an attribute of the subject, is no plain one of its kind.
    package init(der: [UInt8]) throws(UnreadableCertificate) {
        do {
            try self.init(X509.Certificate(derEncoded: der), above: [])
        } catch {
            throw UnreadableCertificate()
        }
    }

    /// The first certificate of a PEM text; the others may lead up to an authority.
    package init(pem text: String) throws(UnreadableCertificate) {
        do {
            let all = try certificates(pem: text)
            guard let first = all.first, all.count <= Authorities.maximumDepth else { throw UnreadableCertificate() }
            try self.init(first, above: Array(all.dropFirst()))
        } catch {
            throw UnreadableCertificate()
        }
    }

    private init(_ certificate: X509.Certificate, above: [X509.Certificate]) throws {
        self.certificate = certificate
        self.above = above
        commonNames = try Self.texts(certificate.subject, .RDNAttributeType.commonName)
        givenNames = try Self.texts(certificate.subject, [2, 5, 4, 42])
        familyNames = try Self.texts(certificate.subject, [2, 5, 4, 4])
        let usage = try certificate.extensions.keyUsage
        signsDigitally = usage?.digitalSignature ?? false
        bindsLegally = usage?.nonRepudiation ?? false
        purposes = try certificate.extensions.extendedKeyUsage?.map { "\(ASN1ObjectIdentifier($0))" } ?? []
        policies = try certificate.extensions[oid: Self.certificatePolicies].map(Self.policies) ?? []
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
    }

    static let certificatePolicies: ASN1ObjectIdentifier = [2, 5, 29, 32]

    /// Of every attribute of this type, wherever in the name it stands.
    private static func texts(_ name: DistinguishedName, _ type: ASN1ObjectIdentifier) throws -> [String] {
        try name.flatMap { $0.filter { $0.type == type } }.map { attribute in
            guard let text = String(attribute.value) else { throw UnreadableCertificate() }
            return text
        }
    }

    /// `SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, qualifiers OPTIONAL }`; qualifiers are texts for people.
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

/// The certificates of a PEM text; whatever else it holds is refused.
func certificates(pem text: String) throws -> [X509.Certificate] {
    try PEMDocument.parseMultiple(pemString: text).map { document in
        guard document.discriminator == "CERTIFICATE" else { throw UnreadableCertificate() }
        return try X509.Certificate(derEncoded: document.derBytes)
    }
}
