import Cryptography
import TestSupport
import Testing
import Text

@Suite struct CryptographyTests {
    private let secret = Result { try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let sentAt: Int64 = 1_614_265_330

    @Test func `the example of Standard Webhooks has its signature`() throws {
        let signature = WebhookSignature.sign(id: id, timestamp: sentAt, body: body, secret: try secret.get())
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    private func verdict(
        id: String? = nil, timestamp: String? = nil, signature: String? = nil, body: [UInt8]? = nil, now: Int64 = 0,
        secrets: [WebhookSecret]? = nil
    ) throws -> WebhookSignature.Verdict {
        let own = try secret.get()
        let good = WebhookSignature.sign(id: self.id, timestamp: sentAt, body: self.body, secret: own)
        let lines = WebhookSignature.Lines(
            id: [id ?? self.id], timestamp: [timestamp ?? "\(sentAt)"], signature: [signature ?? good])
        return WebhookSignature.verify(
            lines, body: body ?? self.body, secrets: secrets ?? [own], nowUnixSeconds: sentAt + now)
    }

    @Test func `a signature is valid for its own message only`() throws {
        #expect(try verdict() == .valid)
        #expect(try verdict(body: body + [0x20]) == .noMatch)
        #expect(try verdict(id: "msg_other") == .noMatch)
        #expect(try verdict(timestamp: "\(sentAt + 1)") == .noMatch)
        #expect(try verdict(secrets: [.make()]) == .noMatch)
        #expect(try verdict(secrets: []) == .noMatch)
    }

    @Test func `during a rotation a signature by either secret is valid`() throws {
        let new = try WebhookSecret.make()
        let both =
            "v1,AAAA " + WebhookSignature.sign(id: id, timestamp: sentAt, body: body, secret: new) + " v2,other"
        #expect(try verdict(signature: both, secrets: [try secret.get(), new]) == .valid)
    }

    @Test func `the sender's clock may differ by five minutes`() throws {
        #expect(try verdict(now: 300) == .valid)
        #expect(try verdict(now: -300) == .valid)
        #expect(try verdict(now: 301) == .stale(skewSeconds: -301))
        #expect(try verdict(now: -301) == .stale(skewSeconds: 301))
    }

    /// RFC 9110, 5.3: proxies split a header into lines, and join lines by commas.
    @Test func `one valid signature in any line or list is enough`() throws {
        let good = WebhookSignature.sign(id: id, timestamp: sentAt, body: body, secret: try secret.get())
        let (version, signature) = ("v1", String(good.dropFirst(3)))
        let other = "v1,bm90aGluZw=="
        let accepted: [[String]] = [
            [good], [good, other], [other, good], ["\(other) \(good)"], ["\(good),\(other)"], ["\(other), \(good)"],
            ["\(version), \(signature)"], [version, signature], ["\(version),", signature], ["v1a,x", good],
            ["", good],
            ["v1 \(good)"], [Array(repeating: other, count: 15).joined(separator: " ") + " " + good], ["\t\(good)\t"],
        ]
        for lines in accepted {
            #expect(
                try verdict(lines: .init(id: [id], timestamp: ["\(sentAt)"], signature: lines)) == .valid, "\(lines)")
        }
        let refused: [[String]] = [
            [other], [signature], ["v2,\(signature)"], ["v1a", signature], [signature, version], ["v1=\(signature)"],
            [Array(repeating: other, count: 16).joined(separator: " ") + " " + good],
        ]
        for lines in refused {
            #expect(
                try verdict(lines: .init(id: [id], timestamp: ["\(sentAt)"], signature: lines)) == .noMatch, "\(lines)")
        }
    }

    @Test func `repeated equal lines of id or timestamp are accepted, and different lines are rejected`() throws {
        let good = [WebhookSignature.sign(id: id, timestamp: sentAt, body: body, secret: try secret.get())]
        let time = "\(sentAt)"
        func verdict(_ ids: [String], _ times: [String]) throws -> WebhookSignature.Verdict {
            try self.verdict(lines: .init(id: ids, timestamp: times, signature: good))
        }
        #expect(try verdict([id, id], [time, " \(time) "]) == .valid)
        #expect(try verdict(["\(id), \(id)"], ["\(time), \(time)"]) == .valid)
        #expect(try verdict([id, "other"], [time]) == .malformed(.id))
        #expect(try verdict(["\(id), other"], [time]) == .malformed(.id))
        #expect(try verdict([id], [time, "\(sentAt + 1)"]) == .malformed(.timestamp))
    }

    @Test func `each missing header is reported`() throws {
        #expect(
            try verdict(lines: .init(id: [], timestamp: [], signature: [])) == .missing([.id, .timestamp, .signature]))
        #expect(try verdict(lines: .init(id: [id], timestamp: ["1"], signature: [" "])) == .missing([.signature]))
        #expect(try verdict(lines: .init(id: [""], timestamp: ["1"], signature: ["v1,x"])) == .missing([.id]))
    }

    @Test func `random headers are rejected without a trap`() throws {
        var random = SeededRandom(seed: 21)
        let pieces = [
            "v1", ",", " ", "v1,", "bm90aGluZw==", "=", "1614265330", "-1", "99999999999999999999", ".", "msg_1",
        ]
        func lines(_ random: inout SeededRandom) -> [String] {
            (0..<Int.random(in: 0...3, using: &random)).map { _ in random.header(of: pieces) }
        }
        for _ in 0..<20_000 {
            let given = WebhookSignature.Lines(
                id: lines(&random), timestamp: lines(&random), signature: lines(&random))
            #expect(try verdict(lines: given) != .valid)
        }
    }

    private func verdict(lines: WebhookSignature.Lines) throws -> WebhookSignature.Verdict {
        WebhookSignature.verify(lines, body: body, secrets: [try secret.get()], nowUnixSeconds: sentAt)
    }

    @Test(arguments: ["1614265330.0", "+1614265330", "-1", "99999999999999999999", "1e9", "１６１４２６５３３０"])
    func `an invalid timestamp is rejected`(timestamp: String) throws {
        #expect(try verdict(timestamp: timestamp) == .notSeconds)
    }

    @Test(arguments: ["a.b", "a b", "é", String(repeating: "a", count: 257)])
    func `an invalid id is rejected`(id: String) throws {
        #expect(try verdict(id: id) == .malformed(.id))
    }

    @Test func `digests equal those of the standards`() {
        #expect(
            Hex.encode(SHA256.digest(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(HMACSHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `keys are unique, and a mistyped key is distinguished from a wrong one`() throws {
        let keys = try (0..<200).map { _ in try APIKeyToken.make() }
        #expect(Set(keys.map(\.text)).count == 200)
        for key in keys { #expect(APIKeyToken(key.text) == key) }
        #expect(APIKeyToken("") == nil)
    }
}
