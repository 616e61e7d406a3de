import Foundation
import Testing
import Text

@testable import Cryptography

@Suite struct SecretsKeysTests {
    private static let first = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private static let second = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

    @Test func `a generated key can be configured, and so can several`() throws {
        let made = try SecretsKeys.make()
        #expect(try SecretsKeys(made).derived(for: .cursors).count == 1)
        #expect(try SecretsKeys("\(made), \(Self.first)").derived(for: .cursors).count == 2)
    }

    @Test(arguments: [
        "", ",", "geheim", "c2hvcnQ=", first + ",", "," + first, first + "," + first, first + " " + second,
        Data(repeating: 0, count: 32).base64EncodedString(), Data(repeating: 65, count: 32).base64EncodedString(),
        Data(repeating: 1, count: 31).base64EncodedString(), Data(repeating: 1, count: 33).base64EncodedString(),
        first.replacing("=", with: ""),
    ]) func `an invalid key is rejected, and the error does not contain it`(text: String) {
        let error = #expect(throws: SecretsKeys.Malformed.self) { try SecretsKeys(text) }
        #expect(text.count < 4 || error.map { !"\($0)".contains(text) } == true)
    }

    @Test func `more keys than a rotation needs are rejected`() throws {
        let keys = try (0...SecretsKeys.maximumKeys).map { _ in try SecretsKeys.make() }
        #expect(throws: SecretsKeys.Malformed.self) { try SecretsKeys(keys.joined(separator: ",")) }
    }

    @Test func `each purpose and each key derives its own key, always the same`() throws {
        let keys = try SecretsKeys("\(Self.first),\(Self.second)")
        let derived = SecretsKeys.Purpose.allCases.flatMap { keys.derived(for: $0) }
        #expect(Set(derived).count == 2 * SecretsKeys.Purpose.allCases.count)
        #expect(derived.allSatisfy { $0.count == 32 })
        #expect(try SecretsKeys(Self.second).derived(for: .cursors).first == keys.derived(for: .cursors).last)
    }

    /// RFC 5869, appendix A.3: no salt, no info; the first block of its output.
    @Test func `keys are derived by HKDF`() {
        let input = [UInt8](repeating: 0x0B, count: 22)
        let extracted = HMACSHA256.authenticate(input, key: [UInt8](repeating: 0, count: 32))
        #expect(Hex.encode(extracted) == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04")
        #expect(
            Hex.encode(HMACSHA256.authenticate([1], key: extracted))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
    }

    @Test func `no description contains a key`() throws {
        let keys = try SecretsKeys(Self.first)
        #expect("\(keys)" == "SecretsKeys(1)")
        #expect(String(reflecting: keys) == "SecretsKeys(1)")
    }
}
