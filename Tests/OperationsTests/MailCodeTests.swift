import Cryptography
import Foundation
import PagoPA
import Testing

@testable import Operations

/// Codes of eight characters in e-mails about accounts.
@Suite struct MailCodeTests {
    private static let secret = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private static let other = "b3RoZXItdGVzdHMtb25seS1zZWNyZXRzLWtleS0wMDE="
    private static let citizen: CitizenID = Identifier(uuid: UUID())

    @Test func `a code is eight characters that cannot be confused, and is read as a person types it`() throws {
        var seen: Set<String> = []
        for _ in 0..<500 {
            let code = try MailCodes.make()
            #expect(code.wholeMatch(of: /[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}/) != nil)
            let letters = Array(code.utf8.filter { $0 != 0x2D })
            for typed in [
                code, code.lowercased(), String(code.filter { $0 != "-" }), code.replacing("-", with: " ") + " ",
            ] {
                #expect(MailCodes.normalized(typed) == letters)
            }
            seen.insert(code)
        }
        #expect(seen.count == 500)
        for text in ["", "K7PD-2M9", "K7PD-2M9QQ", "K7PD-2M9O", "K7PD-2M91", "K7PD_2M9Q", "K7PDÈ2M9"] {
            #expect(MailCodes.normalized(text) == nil, "\(text)")
        }
    }

    @Test func `a code fits only its citizen, its kind and its key`() throws {
        let codes = MailCodes(try SecretsKeys(Self.secret))
        let code = try #require(MailCodes.normalized("K7PD-2M9Q"))
        let digest = codes.digest(of: code, .verifyEmail, for: Self.citizen)
        #expect(digest.count == 32 && codes.matches(digest, code, .verifyEmail, for: Self.citizen))
        #expect(!codes.matches(digest, code, .passwordReset, for: Self.citizen))
        #expect(!codes.matches(digest, code, .verifyEmail, for: Identifier(uuid: UUID())))
        #expect(!codes.matches(digest, Array("K7PD2M9R".utf8), .verifyEmail, for: Self.citizen))
        #expect(try !MailCodes(SecretsKeys(Self.other)).matches(digest, code, .verifyEmail, for: Self.citizen))
        let both = MailCodes(try SecretsKeys("\(Self.other),\(Self.secret)"))
        #expect(both.matches(digest, code, .verifyEmail, for: Self.citizen))
    }
}
