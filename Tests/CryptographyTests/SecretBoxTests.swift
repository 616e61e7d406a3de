import Testing
import Text

@testable import Cryptography

@Suite struct SecretBoxTests {
    private static let old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    private static let new = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private let plain = Array("a secret of thirty-two bytes, ok".utf8)
    private let place = "webhook_secrets ABCDITMM 01a2076e-0ed8-7103-9f2c-6a5200005ccd"

    private func box(_ keys: String = new) throws -> SecretBox { SecretBox(try SecretsKeys(keys)) }

    /// NIST's vectors for GCM (McGrew and Viega), test cases 14 and 16.
    @Test func `the cipher is AES-256-GCM`() throws {
        let zeros = try #require(
            GCM.encrypt(
                [UInt8](repeating: 0, count: 16), key: [UInt8](repeating: 0, count: 32),
                nonce: [UInt8](repeating: 0, count: 12), authenticating: []))
        #expect(Hex.encode(zeros.text) == "cea7403d4d606b6e074ec5d3baf39d18")
        #expect(Hex.encode(zeros.tag) == "d0d1c8a799996bf0265b98b5d48ab919")

        let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
        let text =
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        let data = "feedfacedeadbeeffeedfacedeadbeefabaddad2"
        let sealed = try #require(
            GCM.encrypt(
                Self.bytes(text), key: Self.bytes(key), nonce: Self.bytes("cafebabefacedbaddecaf888"),
                authenticating: Self.bytes(data)))
        #expect(Hex.encode(sealed.tag) == "76fc6ece0f4e1768cddf8853bb2d551b")
        #expect(Hex.encode(sealed.text).hasPrefix("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"))
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test(arguments: [0, 1, 24, 32, 64, 1_000]) func `a decrypted secret equals the encrypted one`(count: Int) throws {
        let plain = try SecureRandom.bytes(count)
        let sealed = try box().seal(plain, for: place)
        #expect(try box().open(sealed, for: place) == plain)
        #expect(sealed.count == count + 33)
    }

    @Test func `no two ciphertexts of one secret are the same, and none shows it`() throws {
        let box = try box()
        let sealed = try (0..<200).map { _ in try box.seal(plain, for: place) }
        #expect(Set(sealed).count == 200)
        #expect(sealed.allSatisfy { !Hex.encode($0).contains(Hex.encode(plain)) })
    }

    @Test func `a ciphertext is decrypted in its own row only, and a changed bit is detected`() throws {
        let box = try box()
        let sealed = try box.seal(plain, for: place)
        #expect(throws: SecretBox.Failure.damaged) { try box.open(sealed, for: place + " ") }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SecretBox.Failure.self) { try box.open(changed, for: place) }
        }
        for count in 0..<sealed.count {
            #expect(throws: SecretBox.Failure.self) { try box.open(Array(sealed.prefix(count)), for: place) }
        }
        #expect(throws: SecretBox.Failure.self) { try box.open(sealed + [0], for: place) }
    }

    @Test func `the first key encrypts, every key decrypts`() throws {
        let before = try box(Self.old).seal(plain, for: place)
        let during = try box("\(Self.new),\(Self.old)")
        let after = try during.seal(plain, for: place)
        #expect(try during.open(before, for: place) == plain)
        #expect(SecretBox.keyID(of: after) == during.currentKeyID && SecretBox.keyID(of: before) != during.currentKeyID)
        #expect(try box(Self.new).open(after, for: place) == plain)
        #expect(throws: SecretBox.Failure.unknownKey) { try box(Self.new).open(before, for: place) }
        #expect(during.knows(try #require(SecretBox.keyID(of: before))))
    }
}
