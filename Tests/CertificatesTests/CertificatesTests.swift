import Certificates
import Foundation
import TestSupport
import Testing

/// Certificates from openssl are parsed and checked for trust.
@Suite final class CertificatesTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }
    deinit { authority.remove() }

    private var trusted: Authorities { get throws { try Authorities(pem: authority.root.pem) } }

    private func isTrusted(_ pem: String, at time: Date = Date()) async throws -> Bool {
        try await trusted.isTrusted(PresentedCertificate(pem: pem), at: time)
    }

    @Test func `the parser reads the values that openssl wrote`() throws {
        let read = try PresentedCertificate(pem: authority.card().pem)

        #expect(read.commonNames == ["RSSMRA80A01H501U/6120016461039008.i1ZpZfaCX/eKyikBfnF8to+M2T8="])
        #expect(read.givenNames == ["MARIO"] && read.familyNames == ["ROSSI"])
        #expect(read.policies == ["1.3.76.16.2.1", "0.4.0.2042.1.1"])
        #expect(read.hasDigitalSignature && !read.hasNonRepudiation)
        #expect(read.extendedKeyUsages == ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"])
        #expect(read.notBefore == Date(timeIntervalSince1970: 1_577_836_800))
        #expect(read.notAfter == Date(timeIntervalSince1970: 2_461_449_600))
    }

    @Test func `a missing value is read as missing and a repeated one as repeated`() throws {
        let bare = try PresentedCertificate(pem: authority.card(extensions: "basicConstraints=CA:FALSE").pem)
        let signing = try PresentedCertificate(
            pem: authority.card(extensions: "keyUsage=critical,digitalSignature,nonRepudiation").pem)
        let double = try PresentedCertificate(
            pem: authority.issue("/CN=RSSMRA80A01H501U\\/1.a\nX/OU=x/CN=BSCMTT83A12L719R\\/1.a").pem)
        let joined = try PresentedCertificate(pem: authority.issue("/CN=first+CN=second").pem)

        #expect(
            bare.policies.isEmpty && bare.extendedKeyUsages.isEmpty && !bare.hasDigitalSignature
                && !bare.hasNonRepudiation)
        #expect(signing.hasDigitalSignature && signing.hasNonRepudiation)
        #expect(double.commonNames == ["RSSMRA80A01H501U/1.a\nX", "BSCMTT83A12L719R/1.a"])
        #expect(Set(joined.commonNames) == ["first", "second"])
    }

    @Test func `a certificate is trusted if an authority issued it directly or through an intermediate`() async throws {
        let below = try authority.intermediate(name: "Emettitore")
        let card = try below.card()

        #expect(try await isTrusted(authority.card().pem))
        #expect(try await isTrusted(card.pem + below.signerPEM))
        #expect(try await !isTrusted(card.pem))
        let both = try Authorities(pem: authority.root.pem + below.signerPEM)
        #expect(try await both.isTrusted(PresentedCertificate(pem: card.pem), at: Date()))
    }

    @Test func `certificates of other authorities, of forged authorities or outside their validity are not trusted`()
        async throws
    {
        let rogue = try TestAuthority()
        let other = try TestAuthority(name: "Altra autorità")
        defer {
            rogue.remove()
            other.remove()
        }

        #expect(try await !isTrusted(rogue.card().pem))
        #expect(try await !isTrusted(rogue.card().pem + rogue.root.pem))
        #expect(try await !isTrusted(other.card().pem + other.root.pem))
        #expect(try await !isTrusted(authority.card(to: "20210101000000Z").pem))
        #expect(try await !isTrusted(authority.card(from: "20470101000000Z").pem))
        #expect(try await !isTrusted(authority.card().pem, at: Date().addingTimeInterval(40 * 86_400)))
    }

    @Test func `a certificate signed by a card is not trusted`() async throws {
        let card = try authority.card()
        let forged = try authority.sign(by: card) { try $0.card("BSCMTT83A12L719R\\/1.a") }

        #expect(try await !isTrusted(forged.pem + card.pem))
    }

    @Test func `a chain may have at most five authorities`() async throws {
        var below = authority
        var chain = ""
        for depth in 2...6 {
            below = try below.intermediate(name: "Emettitore \(depth)")
            chain = try below.signerPEM + chain
            let pem = try below.card().pem + chain
            if depth <= 5 {
                #expect(try await isTrusted(pem), "\(depth)")
            } else {
                #expect(throws: UnreadableCertificate.self) { try PresentedCertificate(pem: pem) }
            }
        }
    }

    @Test(arguments: [
        "", "geheim", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "\u{0}\u{FFFD}",
    ])
    func `the parser rejects text without a certificate`(text: String) {
        #expect(throws: UnreadableCertificate.self) { try PresentedCertificate(pem: text) }
        #expect(throws: Authorities.Malformed.self) { try Authorities(pem: text) }
    }

    @Test func `truncated or changed bytes never give a trusted certificate`() async throws {
        let pem = try authority.card().pem
        let lines = pem.split(separator: "\n").dropFirst().dropLast()
        let der = try #require(Data(base64Encoded: lines.joined()))
        let good = try PresentedCertificate(der: Array(der))
        for offset in stride(from: 0, to: der.count, by: 7) {
            #expect(throws: UnreadableCertificate.self) { try PresentedCertificate(der: Array(der.prefix(offset))) }
            var changed = Array(der)
            changed[offset] ^= 0x01
            guard let read = try? PresentedCertificate(der: changed) else { continue }
            #expect(try await !trusted.isTrusted(read, at: Date()), "\(offset)")
        }
        #expect(try await trusted.isTrusted(good, at: Date()))
    }

    @Test func `trusted authorities must include their issuers`() throws {
        let below = try authority.intermediate(name: "Emettitore")

        #expect(throws: Authorities.Malformed.self) { try Authorities(pem: authority.card().pem) }
        #expect(throws: Authorities.Malformed.self) { try Authorities(pem: below.signerPEM) }
        #expect(throws: Never.self) { try Authorities(pem: below.signerPEM + authority.root.pem) }
    }
}
