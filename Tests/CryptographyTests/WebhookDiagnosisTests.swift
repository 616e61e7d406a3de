import Cryptography
import Foundation
import Testing
import Text

@Suite struct WebhookDiagnosisTests {
    private static let body = Array(#"{"url": "https:\/\/a.example", "amount_cents": 5}"#.utf8)
    private static let now: Int64 = 1_795_940_100
    private let secret = Result { try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }

    private func hmac(_ text: [UInt8], key: [UInt8]? = nil) throws -> [UInt8] {
        HMACSHA256.authenticate(text, key: try key ?? secret.get().bytes)
    }

    private func diagnosis(
        _ signature: [String], id: [String] = ["m-1"], timestamp: String = "\(now)", isRevoked: Bool = false
    ) throws -> WebhookDiagnosis {
        WebhookDiagnosis(
            .init(id: id, timestamp: [timestamp], signature: signature), body: Self.body,
            candidates: [
                .init(secret: try .make(), isRevoked: false), .init(secret: try secret.get(), isRevoked: isRevoked),
            ], nowUnixSeconds: Self.now)
    }

    private static func text(_ prefix: String = "m-1.\(now).", _ body: [UInt8] = body) -> [UInt8] {
        Array(prefix.utf8) + body
    }

    private func v1(_ text: [UInt8], key: [UInt8]? = nil) throws -> String {
        "v1," + Data(try hmac(text, key: key)).base64EncodedString()
    }

    @Test func `a right signature names its secret and the text that was signed`() throws {
        let found = try diagnosis([v1(Self.text())])
        #expect(found.verdict == .valid && found.causes.isEmpty && found.matches == [false, true])
        #expect(found.prefix == "m-1.\(Self.now)." && found.signatures == 1 && found.skewSeconds == 0)
        #expect(found.signedBytes == Self.text().count && found.signedSHA256 == SHA256.digest(Self.text()))
    }

    @Test func `each usual mistake of a sender has its cause`() throws {
        let secretText = try secret.get().text
        let spelled = [
            #"{"url":"https:\/\/a.example","amount_cents":5}"#, #"{"url": "https://a.example", "amount_cents": 5}"#,
            String(decoding: Self.body, as: UTF8.self) + "\n",
        ]
        for spelling in spelled {
            let signed = Self.text("m-1.\(Self.now).", Array(spelling.utf8))
            #expect(try diagnosis([v1(signed)]).causes == [.bodyReserialized], "\(spelling)")
        }
        let digest = try hmac(Self.text())
        let cases: [(String, [WebhookDiagnosis.Cause])] = [
            (try v1(Self.text(), key: Array(secretText.utf8)), [.secretNotDecoded]),
            (try v1(Self.text(), key: Array(secretText.dropFirst(6).utf8)), [.secretNotDecoded]),
            (try v1(Self.text("\(Self.now).")), [.idNotSigned]), (try v1(Self.text("m-1.")), [.timestampNotSigned]),
            (try v1(Self.body), [.bodyOnlySigned]), ("v1," + Hex.encode(digest), [.notBase64]),
            ("v1," + Base64URL.encode(digest), [.notBase64]), (Data(digest).base64EncodedString(), [.versionMissing]),
            (try v1(Self.body, key: Array(secretText.utf8)), [.secretNotDecoded, .bodyOnlySigned]),
            (try v1(Self.text("other")), [.unknown]), ("nonsense", [.unknown]),
        ]
        for (signature, causes) in cases {
            let found = try diagnosis([signature])
            #expect(
                found.verdict == .noMatch && found.causes == causes && found.matches == [false, false], "\(signature)")
        }
    }

    @Test func `headers, clocks and revoked secrets are causes, and the signature is examined all the same`() throws {
        #expect(try diagnosis([]).causes == [.headerMissing])
        #expect(try diagnosis([v1(Self.text())], id: []).causes == [.headerMissing, .unknown])
        let old = "\(Self.now - 301)"
        let stale = try diagnosis([v1(Self.text("m-1.\(old)."))], timestamp: old)
        #expect(stale.causes == [.clockOff] && stale.matches == [false, true] && stale.skewSeconds == -301)
        let milliseconds = "\(Self.now)000"
        let fine = try diagnosis([v1(Self.text("m-1.\(milliseconds)."))], timestamp: milliseconds)
        #expect(fine.causes == [.timestampInMilliseconds] && fine.matches == [false, true])
        #expect(try diagnosis([v1(Self.text())], timestamp: "now").causes.first == .timestampNotSeconds)
        let dotted = try diagnosis([v1(Self.text("a.b.\(Self.now)."))], id: ["a.b"])
        #expect(dotted.causes == [.headerInvalid] && dotted.matches == [false, true])
        let revoked = try diagnosis([v1(Self.text())], isRevoked: true)
        #expect(revoked.verdict == .noMatch && revoked.causes == [.secretRevoked] && revoked.matches == [false, true])
    }

    @Test func `bodies and headers of any kind are examined without a trap`() throws {
        for body in [[], [0x5C], Array(#"{"a\"#.utf8), [UInt8](repeating: 0xFF, count: 70_000)] as [[UInt8]] {
            let lines = WebhookSignature.Lines(
                id: ["é", ""], timestamp: ["99999999999999999999"], signature: ["v1,AAAA", "=,=", "v1"])
            let found = WebhookDiagnosis(
                lines, body: body, candidates: [.init(secret: try secret.get(), isRevoked: false)], nowUnixSeconds: .min
            )
            #expect(found.matches == [false])
        }
    }
}
