import Cryptography
import Testing

@Suite struct PasswordHashingTests {
    @Test func `a password matches only its own hash, and no password matches a missing hash`() async throws {
        let hashing = PasswordHashing()
        defer { hashing.stop() }
        let password = Array("quattro gatti sul tetto".utf8)

        let hash = try await hashing.hash(password, for: "a")

        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hashing.hash(password, for: "a") != hash)
        #expect(try await hashing.verify(password, against: hash, for: "a") == .init(matches: true, isOutdated: false))
        #expect(try await hashing.verify(password + [0x20], against: hash, for: "a").matches == false)
        #expect(try await hashing.verify(password, against: nil, for: "a") == .init(matches: false, isOutdated: false))
        #expect(try await hashing.verify(password, against: "no hash", for: "a").matches == false)
    }

    @Test func `a hash of another cost still matches and is reported as outdated`() async throws {
        let hashing = PasswordHashing()
        defer { hashing.stop() }
        // printf password | argon2 somesalt -id -t 1 -k 1024 -p 1 -l 32
        let old = "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$yOmu3JVvan3/Ck1ClA32KGI/Mo6hI1AFq6yTPFcJPiM"

        let verdict = try await hashing.verify(Array("password".utf8), against: old, for: "a")

        #expect(verdict == .init(matches: true, isOutdated: true))
    }

    @Test func `a key gets at most a quarter of the permits, and other keys are not affected`() async throws {
        let hashing = PasswordHashing(permits: 8, permitsPerKey: 2)
        defer { hashing.stop() }
        let (refused, served) = try await hashing.withPermit(for: "flood") { _ in
            try await hashing.withPermit(for: "flood") { _ in
                var refused = 0
                for _ in 0..<20 where (try? await hashing.hash([1], for: "flood")) == nil { refused += 1 }
                var served = 0
                for key in ["b", "c", "d"] {
                    _ = try await hashing.verify([1], against: nil, for: key)
                    served += 1
                }
                return (refused, served)
            }
        }
        #expect(refused == 20 && served == 3)
        #expect(try await hashing.verify([1], against: nil, for: "flood").matches == false)
        #expect(PasswordHashing.permitsPerKey * 4 <= PasswordHashing.permits)
    }

    @Test func `as many concurrent calls as there are permits succeed at least, and the rest is rejected`() async throws
    {
        let hashing = PasswordHashing(permits: 8, permitsPerKey: 2)
        defer { hashing.stop() }
        let results = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask { (try? await hashing.verify([1, 2, 3], against: nil, for: "\(number % 4)")) != nil }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        let served = results.filter(\.self).count
        #expect(served >= 8 && served < 100)
        #expect(try await hashing.verify([1], against: nil, for: "0").matches == false)
    }

    @Test func `a token has one purpose, and a mistyped token is invalid`() throws {
        for purpose in Token.Purpose.allCases {
            let token = try Token.make(purpose)
            #expect(Token(token.text, for: purpose) == token)
            #expect(Token(token.text, for: purpose)?.digest.count == 32)
            for other in Token.Purpose.allCases where other != purpose { #expect(Token(token.text, for: other) == nil) }
            var letters = Array(token.text)
            letters[10] = letters[10] == "a" ? "b" : "a"
            #expect(Token(String(letters), for: purpose) == nil)
            #expect(try Token.make(purpose) != token)
        }
        for text in ["", "qza_", "qz_abc", String(repeating: "q", count: 53)] {
            #expect(Token(text, for: .access) == nil)
        }
    }
}
