import Foundation
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// Trusted certificate authorities.
package struct Authorities: Sendable {
    private let certificates: [X509.Certificate]
    /// The maximum number of certificates above the presented one.
    package static let maximumDepth = 5

    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter text: one or more PEM certificates with all their issuers up to a root, because a TLS handshake accepts no
    /// chain without its root.
    package init(pem text: String) throws(Malformed) {
        guard let read = try? Certificates.certificates(pem: text), !read.isEmpty else {
            throw Malformed(description: "must contain certificates in PEM")
        }
        certificates = read
        guard certificates.allSatisfy(Self.isAuthority) else {
            throw Malformed(description: "contains a certificate that is not of a certificate authority")
        }
        let subjects = Set(certificates.map(\.subject))
        guard certificates.allSatisfy({ subjects.contains($0.issuer) }) else {
            throw Malformed(description: "lacks the issuer of one of its certificates")
        }
    }

    private static func isAuthority(_ certificate: X509.Certificate) -> Bool {
        guard case .isCertificateAuthority = try? certificate.extensions.basicConstraints else { return false }
        return true
    }

    /// Whether a chain of valid signatures leads from the certificate to one of these authorities, with all certificates valid at
    /// that time.
    package func isTrusted(_ presented: PresentedCertificate, at time: Date) async -> Bool {
        var verifier = Verifier(rootCertificates: CertificateStore(certificates)) {
            RFC5280Policy(fixedExpiryValidationTime: time)
            BoundedChain()
        }
        switch await verifier.validate(
            leaf: presented.certificate, intermediates: CertificateStore(presented.intermediates))
        {
        case .validCertificate: return true
        case .couldNotValidate: return false
        }
    }
}

/// Limits the length of the chain and requires issuers that may sign certificates. The caller checks usages and policies.
private struct BoundedChain: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.extendedKeyUsage, PresentedCertificate.certificatePolicies,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        guard chain.count <= Authorities.maximumDepth + 1 else { return .failsToMeetPolicy(reason: "too long") }
        for authority in chain.dropFirst() {
            guard let usage = try? authority.extensions.keyUsage else { continue }
            guard usage.keyCertSign else { return .failsToMeetPolicy(reason: "signed by a key that may not") }
        }
        return .meetsPolicy
    }
}
