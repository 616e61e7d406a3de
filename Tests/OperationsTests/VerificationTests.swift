import Cryptography
import PagoPA
import Testing

@testable import Operations

/// The codes on documents: only printed ones lead to a receipt.
@Suite struct VerificationTests {
    private static func codes(_ keys: String...) throws -> VerificationCodes {
        VerificationCodes(try SecretsKeys(keys.joined(separator: ",")), publicURL: "https://pay.example.org")
    }

    private static let first = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private static let second = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZVk="
    private static let receipt = Result { try Identifier<Receipt>("0199c0de-0000-7000-8000-0000000000ff") }

    @Test func `a printed code leads back to its receipt, in letters of any case, and each version has its own`() throws
    {
        let codes = try Self.codes(Self.first)
        let id = try Self.receipt.get()
        let printed = [nil, ReceiptAudience.payer, .debtor].map { codes.code(of: id, for: $0) }
        #expect(Set(printed).count == 3)
        for code in printed {
            #expect(code.utf8.count == VerificationCodes.length && code.wholeMatch(of: /[0-9a-z]{45}/) != nil)
            #expect(codes.receipt(of: code) == id && codes.receipt(of: code.uppercased()) == id)
            #expect(codes.code(of: id, for: .payer) == printed[1])
        }
        #expect(codes.url(of: id, for: .payer) == "https://pay.example.org/verify/\(printed[1])")
    }

    @Test func `no other code of the same length leads to a receipt`() throws {
        let codes = try Self.codes(Self.first)
        let code = Array(codes.code(of: try Self.receipt.get(), for: .debtor).utf8)
        for index in code.indices {
            for letter in "0123456789abcdefghjkmnpqrstvwxyz".utf8 where letter != code[index] {
                var other = code
                other[index] = letter
                #expect(codes.receipt(of: String(decoding: other, as: UTF8.self)) == nil, "\(index)")
            }
        }
        for text in ["", "x", "not-found", String(repeating: "i", count: 45), String(repeating: "é", count: 45)] {
            #expect(codes.receipt(of: text) == nil)
        }
    }

    @Test func `a code of another key is unknown, and an old key is valid as long as it is configured`() throws {
        let id = try Self.receipt.get()
        let code = try Self.codes(Self.first).code(of: id, for: .payer)
        #expect(try Self.codes(Self.second).receipt(of: code) == nil)
        #expect(try Self.codes(Self.second, Self.first).receipt(of: code) == id)
        #expect(try Self.codes(Self.second, Self.first).code(of: id, for: .payer) != code)
    }
}
