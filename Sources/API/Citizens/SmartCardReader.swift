import Accounts
import Addresses
import Certificates
import Foundation
import HTTPTypes
import PagoPA

/// The authorities and proxies that are trusted for smart cards.
package struct SmartCardTrust: Sendable {
    let authorities: Authorities
    /// OIDs; the certificate of a card must have one of them.
    let policies: Set<String>
    /// The header in which a proxy that terminates TLS sends the certificate; `nil`: there is no such proxy.
    let header: HTTPField.Name?
    /// By its address.
    let isTrustedProxy: @Sendable (IPAddress) -> Bool

    package init(
        authorities: Authorities, policies: Set<String>, header: HTTPField.Name?,
        isTrustedProxy: @escaping @Sendable (IPAddress) -> Bool
    ) {
        self.authorities = authorities
        self.policies = policies
        self.header = header
        self.isTrustedProxy = isTrustedProxy
    }
}

/// How a card's certificate reaches the service.
enum SmartCardTransport: Sendable {
    /// Mutual TLS on a port of its own. The handshake proves the key and the chain.
    case handshake
    /// A trusted proxy's header on the common port. The proxy proves the key; the chain is verified here.
    case header
}

/// Reads and verifies the smart card of a request.
struct SmartCardReader: Sendable {
    let trust: SmartCardTrust?
    let transport: SmartCardTransport

    /// A certificate with a chain in percent encoding; far below the limit of all headers together.
    static let maximumHeaderBytes = 12 * 1_024

    func card(in request: some IncomingRequest, at now: Instant) async -> Result<SmartCard, SmartCard.Fault> {
        do { return .success(try await read(request, at: now)) } catch { return .failure(error) }
    }

    private func read(_ request: some IncomingRequest, at now: Instant) async throws(SmartCard.Fault) -> SmartCard {
        guard let trust else { throw .noCertificate }
        let presented: PresentedCertificate
        switch transport {
        case .handshake:
            // On this port only an attacker sends the header.
            if let header = trust.header, request.headers[header] != nil { throw .untrustedSender }
            guard let der = await request.peer.certificate() else { throw .noCertificate }
            presented = try readable { () throws(UnreadableCertificate) in try PresentedCertificate(der: der) }
        case .header:
            guard let header = trust.header else { throw .noCertificate }
            let values = request.headers[values: header]
            guard !values.isEmpty else { throw .noCertificate }
            guard request.peer.address.map(trust.isTrustedProxy) == true else { throw .untrustedSender }
            guard values.count == 1, values[0].utf8.count <= Self.maximumHeaderBytes else { throw .unreadable }
            presented = try readable { () throws(UnreadableCertificate) in try Self.certificate(header: values[0]) }
        }
        // The certificate's content is checked first, so that the log distinguishes an expired card from one of an unknown issuer.
        let card = try SmartCard(CardCertificate(presented), trusting: trust.policies, at: now)
        switch transport {
        case .handshake: break
        case .header:
            let time = Date(timeIntervalSince1970: Double(now.unixSeconds))
            guard await trust.authorities.isTrusted(presented, at: time) else { throw .untrustedIssuer }
        }
        return card
    }

    /// `:base64 of DER:` as RFC 9440 has it, or PEM in percent encoding as nginx writes it.
    private static func certificate(header value: String) throws(UnreadableCertificate) -> PresentedCertificate {
        if value.hasPrefix(":") {
            guard value.hasSuffix(":"), let der = Data(base64Encoded: String(value.dropFirst().dropLast())) else {
                throw UnreadableCertificate()
            }
            return try PresentedCertificate(der: Array(der))
        }
        guard let pem = value.removingPercentEncoding else { throw UnreadableCertificate() }
        return try PresentedCertificate(pem: pem)
    }

    private func readable(_ read: () throws(UnreadableCertificate) -> PresentedCertificate) throws(SmartCard.Fault)
        -> PresentedCertificate
    {
        do { return try read() } catch { throw .unreadable }
    }
}

extension CardCertificate {
    init(_ presented: PresentedCertificate) {
        self.init(
            commonNames: presented.commonNames, givenNames: presented.givenNames, familyNames: presented.familyNames,
            policies: presented.policies, hasDigitalSignature: presented.hasDigitalSignature,
            hasNonRepudiation: presented.hasNonRepudiation, extendedKeyUsages: presented.extendedKeyUsages,
            notBefore: Instant(presented.notBefore), notAfter: Instant(presented.notAfter))
    }
}

extension Instant {
    /// In whole seconds. A date outside the range of `Instant` becomes its nearest end.
    fileprivate init(_ date: Date) {
        let seconds = Int64(exactly: date.timeIntervalSince1970.rounded()) ?? .max
        let (microseconds, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(microseconds: isBeyond ? (seconds < 0 ? .min : .max) : microseconds)
    }
}
