import Seals
import Testing

@Suite struct SealsTests {
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
        return WebhookSignature.verify(
            id: id ?? self.id, timestamp: timestamp ?? "\(sentAt)",
            signature: signature ?? WebhookSignature.sign(id: self.id, timestamp: sentAt, body: self.body, secret: own),
            body: body ?? self.body, secrets: secrets ?? [own], nowUnixSeconds: sentAt + now)
    }

    @Test func `a signature fits its own message alone`() throws {
        #expect(try verdict() == .valid)
        #expect(try verdict(body: body + [0x20]) == .noMatch)
        #expect(try verdict(id: "msg_other") == .noMatch)
        #expect(try verdict(timestamp: "\(sentAt + 1)") == .noMatch)
        #expect(try verdict(secrets: [.make()]) == .noMatch)
        #expect(try verdict(secrets: []) == .noMatch)
    }

    @Test func `while secrets rotate either of them fits, in a header with either signature`() throws {
        let new = try WebhookSecret.make()
        let both =
            "v1,AAAA " + WebhookSignature.sign(id: id, timestamp: sentAt, body: body, secret: new) + " v2,whatever"
        #expect(try verdict(signature: both, secrets: [try secret.get(), new]) == .valid)
    }

    @Test func `the sender's clock may be five minutes off`() throws {
        #expect(try verdict(now: 300) == .valid)
        #expect(try verdict(now: -300) == .valid)
        #expect(try verdict(now: 301) == .stale(skewSeconds: -301))
        #expect(try verdict(now: -301) == .stale(skewSeconds: 301))
    }

    @Test(arguments: ["", "1614265330.0", "+1614265330", "-1", "99999999999999999999", "1e9", "１６１４２６５３３０"])
    func `a timestamp that is none is refused`(timestamp: String) throws {
        #expect(try verdict(timestamp: timestamp) == .malformed)
    }

    @Test(arguments: ["", "a.b", "a b", "é", String(repeating: "a", count: 257)])
    func `an id that is none is refused`(id: String) throws {
        #expect(try verdict(id: id) == .malformed)
    }

    @Test func `digests are those of the standards`() {
        #expect(
            Hex.encode(SHA256.digest(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(HMACSHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func `keys are never the same, and a mistyped one is told from a wrong one`() throws {
        let keys = try (0..<200).map { _ in try APIKeyToken.make() }
        #expect(Set(keys.map(\.text)).count == 200)
        for key in keys { #expect(APIKeyToken(key.text) == key) }
        #expect(APIKeyToken("") == nil)
    }
}
