import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Gateways

/// How an ID token is read, before anything in it is trusted.
@Suite struct IDTokenTests {
    private static var claims: [String: Any] { ["iss": "https://idp.example.org", "aud": "portale"] }

    private static func failure(_ text: String) -> IDToken.Unreadable? {
        do {
            _ = try IDToken(text)
            return nil
        } catch { return error }
    }

    private static func failure(
        header: [String: Any?] = [:], _ more: [String: Any?] = [:], algorithm: String = "RS256"
    ) throws -> IDToken.Unreadable? {
        var claims = claims
        for (name, value) in more { claims[name] = value }
        return failure(try TestIssuer.token(claims, header: header, algorithm: algorithm))
    }

    /// A token of these texts, with a signature that is never reached.
    private static func raw(_ header: String, _ claims: String = #"{"iss":"https://idp.example.org"}"#) -> String {
        "\(base64URL(Array(header.utf8))).\(base64URL(Array(claims.utf8))).AAAA"
    }

    @Test func `a token is read with its issuer, key and claims`() throws {
        var claims = Self.claims
        claims["exp"] = 1_800_000_000
        claims["iat"] = 1_799_999_999.5
        claims["groups"] = ["a", "b"]
        claims["mixed"] = ["a", 1] as [Any]
        let token = try IDToken(try TestIssuer.token(claims))
        #expect(token.issuer == "https://idp.example.org" && token.keyID == "k1" && token.algorithm == .rs256)
        #expect(token.text("aud") == "portale" && token.text("exp") == nil && token.text("none") == nil)
        #expect(token.texts("aud") == ["portale"] && token.texts("groups") == ["a", "b"] && token.texts("mixed") == [])
        #expect(token.seconds("exp") == 1_800_000_000 && token.seconds("iat") == 1_799_999_999)
        #expect(token.seconds("aud") == nil && token.has("mixed") && !token.has("none"))
    }

    @Test(arguments: [
        "none", "None", "NONE", "", "HS256", "HS384", "HS512", "rs256", "EdDSA", "RSA-OAEP", "ES256K", "RS1",
    ])
    func `an unsigned token, and one of an algorithm that is not in the list, is refused`(algorithm: String) throws {
        #expect(try Self.failure(algorithm: algorithm) == .algorithm)
        #expect(Self.failure(Self.raw(#"{"alg":"\#(algorithm)","kid":"k1"}"#)) == .algorithm)
    }

    @Test func `a header with other members than it should have is refused`() throws {
        let none: Any? = nil
        for header: [String: Any?] in [
            ["kid": none], ["kid": ""], ["kid": 1], ["kid": String(repeating: "k", count: 257)], ["typ": "at+jwt"],
            ["typ": "logout+jwt"], ["typ": 1], ["crit": ["exp"]], ["crit": [String]()],
        ] {
            #expect(try Self.failure(header: header) == .malformed, "\(header)")
        }
        for header: [String: Any?] in [["alg": none], ["alg": 1], ["alg": ["RS256"]]] {
            #expect(try Self.failure(header: header) == .algorithm, "\(header)")
        }
        for header: [String: Any?] in [
            ["typ": none], ["typ": "jwt"], ["jku": "https://evil.example/"], ["jwk": [String: String]()],
        ] {
            #expect(try Self.failure(header: header) == nil, "\(header)")
        }
        #expect(try Self.failure(["iss": none]) == .malformed)
        #expect(try Self.failure(["iss": 1]) == .malformed)
    }

    @Test func `what is not a signed JWT in compact form is refused`() throws {
        let good = try TestIssuer.token(Self.claims)
        let parts = good.split(separator: ".").map(String.init)
        let head = #"{"alg":"RS256","kid":"k1"}"#
        let texts = [
            "", ".", "..", "...", "a.b.c", parts[0], "\(parts[0]).\(parts[1])", good + ".", good + ".AAAA", "." + good,
            good + "=", good + "\n", " " + good, good.replacing(".", with: ".."), "\(parts[0])..\(parts[2])",
            ".\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).\(parts[2])A?", parts.joined(separator: "\u{2024}"),
            Self.raw("[]"), Self.raw("null"), Self.raw("{"), Self.raw(head + " x"), Self.raw("\u{FEFF}" + head),
            Self.raw(#"{"alg":"none","alg":"RS256","kid":"k1"}"#), Self.raw(#"{"alg":"RS256","kid":"k1","kid":"k2"}"#),
            Self.raw(head, "[]"), Self.raw(head, ""), Self.raw(head, #"{"iss":"a","iss":"https://idp.example.org"}"#),
            Self.raw(head, #"{"iss":"https://idp.example.org","aud":"\u0000"}"#),
            Self.raw(head, String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
            Self.raw(
                head,
                #"{"iss":"https://idp.example.org","a":\#(String(repeating: "[", count: 20) + String(repeating: "]", count: 20))}"#
            ),
            Self.raw(head, #"{"iss":"https://idp.example.org","a":"\#(String(repeating: "x", count: 16_384))"}"#),
            base64URL(Array(good.utf8)),
        ]
        for (number, text) in texts.enumerated() { #expect(Self.failure(text) == .malformed, "\(number)") }
        #expect(Self.failure(Self.raw(head)) == nil)
    }

    @Test func `random changes of a token are read or refused, and never end the process`() throws {
        var random = SeededRandom(seed: 5)
        let good = Array(try TestIssuer.token(Self.claims).utf8)
        let pieces = Array("..=eyJ{}\u{0}é-_A9".utf8)
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = pieces.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: pieces.shuffled(using: &random).prefix(3), at: place)
                }
            }
            _ = Self.failure(String(decoding: bytes, as: UTF8.self))
        }
    }
}
