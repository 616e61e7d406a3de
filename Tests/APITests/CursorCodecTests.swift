import Accounts
import Cryptography
import Foundation
import PagoPA
import Requests
import Storage
import TestSupport
import Testing

@testable import API

@Suite struct CursorCodecTests {
    private static let alfa = Result { try OrganizationTaxCode("12345678903") }
    private static let beta = Result { try OrganizationTaxCode("06188330150") }
    private static let keys = Result { try SecretsKeys("cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk=") }

    private static func tenancies() throws -> [Tenancy] {
        let (alfa, beta) = (try alfa.get(), try beta.get())
        let (mario, anna) = (try TaxCode("RSSMRA80A01H501U"), try TaxCode("12345678903"))
        return [
            .everyCreditor, .only([]), .only([alfa]), .only([beta]), .only([alfa, beta]), .citizen(mario),
            .citizen(anna),
            .citizen(mario, of: alfa), .psp(try PSPID("ABCDITMM")),
        ]
    }

    private static func codec(_ tenancy: Tenancy = .everyCreditor) throws -> CursorCodec {
        CursorCodec(try keys.get(), for: tenancy)
    }

    private let cursor = Cursor(order: "-document", key: 2_018, subkey: "A|1|ü", id: UUID())

    @Test func `a decoded cursor equals the issued one, and a cursor matches the contract's pattern`() throws {
        let codec = try Self.codec()
        for key in [Int64.min, -1, 0, 1, .max] {
            let cursor = Cursor(order: "journal", key: key, id: UUID())
            let text = codec.text(of: cursor, in: .journal)
            #expect(try codec.cursor(text, in: .journal, order: "journal") == cursor)
            #expect(text.utf8.count <= 512 && text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
        }
        let text = codec.text(of: cursor, in: .positions)
        #expect(try codec.cursor(text, in: .positions, order: "-document") == cursor)
    }

    @Test func `a cursor is rejected by every other list and order`() throws {
        let codec = try Self.codec()
        for list in ListName.allCases {
            let text = codec.text(of: cursor, in: list)
            for other in ListName.allCases {
                let read = try? codec.cursor(text, in: other, order: "-document")
                #expect((read != nil) == (list == other))
            }
            #expect(throws: InvalidValue.self) { try codec.cursor(text, in: list, order: "document") }
        }
    }

    @Test func `a cursor is rejected for every other caller, and accepted for a rotated key with the same creditors`()
        throws
    {
        let tenancies = try Self.tenancies()
        for issuer in tenancies {
            let text = try Self.codec(issuer).text(of: cursor, in: .receipts)
            for reader in tenancies {
                let read = try? Self.codec(reader).cursor(text, in: .receipts, order: "-document")
                #expect((read != nil) == (issuer == reader), "\(issuer) \(reader)")
            }
        }
        let (alfa, beta) = (try Self.alfa.get(), try Self.beta.get())
        let text = try Self.codec(.only([alfa, beta])).text(of: cursor, in: .receipts)
        #expect(try Self.codec(.only([beta, alfa])).cursor(text, in: .receipts, order: "-document") == cursor)
    }

    @Test func `while SECRETS_KEY is replaced, cursors of every configured key are accepted`() throws {
        let old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        let new = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
        let before = CursorCodec(try SecretsKeys(old), for: .everyCreditor).text(of: cursor, in: .psps)
        let during = CursorCodec(try SecretsKeys("\(new),\(old)"), for: .everyCreditor)
        let after = CursorCodec(try SecretsKeys(new), for: .everyCreditor)
        #expect(try during.cursor(before, in: .psps, order: "-document") == cursor)
        #expect(try after.cursor(during.text(of: cursor, in: .psps), in: .psps, order: "-document") == cursor)
        #expect(throws: InvalidValue.self) { try after.cursor(before, in: .psps, order: "-document") }
    }

    @Test func `a changed cursor, and a text that the service did not issue, are rejected`() throws {
        let codec = try Self.codec()
        let issued = codec.text(of: cursor, in: .positions)
        for place in issued.indices {
            for letter in ["A", "B", "-", "_", "=", "é"] where String(issued[place]) != letter {
                let changed = issued.replacingCharacters(in: place...place, with: letter)
                #expect(throws: InvalidValue.self) { try codec.cursor(changed, in: .positions, order: "-document") }
            }
        }
        var random = SeededRandom(seed: 33)
        let plain = [
            "-document", "|", "2018", "-9223372036854775808", "01A21412-8AEE-7BD7-A6F6-05E4B8461D36", "2147483648",
        ]
        for _ in 0..<20_000 {
            let text = random.header(of: plain)
            let base64 = Data(text.utf8).base64EncodedString()
            let forged = base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            for candidate in [text, base64, forged, String(issued.prefix(22)) + forged, issued + forged]
            where candidate != issued {
                #expect(throws: InvalidValue.self) { try codec.cursor(candidate, in: .positions, order: "-document") }
            }
        }
        #expect(throws: InvalidValue.self) {
            try codec.cursor(String(repeating: "A", count: 513), in: .positions, order: "-document")
        }
    }
}
