import Foundation
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// The authorities that are trusted to say who somebody is.
package struct Authorities: Sendable {
    private let certificates: [X509.Certificate]
    /// Above the presented certificate.
    package static let maximumDepth = 5

    package struct Unfit: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter text: PEM, one or many, each with everything above it: a TLS handshake accepts no chain that ends below its root.
    package init(pem text: String) throws(Unfit) {
        guard let read = try? Certificates.certificates(pem: text), !read.isEmpty else {
            throw Unfit(description: "must hold certificates in PEM")
        }
        certificates = read
        guard certificates.allSatisfy(Self.isAuthority) else {
            throw Unfit(description: "holds a certificate that is no authority's")
        }
        let subjects = Set(certificates.map(\.subject))
        guard certificates.allSatisfy({ subjects.contains($0.issuer) }) else {
            throw Unfit(description: "lacks the authority above one of its certificates")
        }
    }

    private static func isAuthority(_ certificate: X509.Certificate) -> Bool {
        guard case .isCertificateAuthority = try? certificate.extensions.basicConstraints else { return false }
        return true
    }

    /// Whether a chain of good signatures, valid at that time, leads from the certificate to one of these authorities.
    package func vouch(for presented: PresentedCertificate, at time: Date) async -> Bool {
        var verifier = Verifier(rootCertificates: CertificateStore(certificates)) {
            RFC5280Policy(fixedExpiryValidationTime: time)
            BoundedChain()
        }
        switch await verifier.validate(
            leaf: presented.certificate, intermediates: CertificateStore(presented.above))
        {
        case .validCertificate: return true
        case .couldNotValidate: return false
        }
    }
}

/// No longer than it may be, and signed by keys that may sign certificates. Usages and policies are judged by whoever asks.
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
