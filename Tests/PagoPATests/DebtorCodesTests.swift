import TestSupport
import Testing
import Text

@testable import PagoPA

/// Whom a debt may name, by pagoPA's rules and by what foreigners bring.
@Suite struct DebtorCodesTests {
    @Test(arguments: [
        "ANONIMO", "DE123456789", "SM12345", "FRXX999999999", "ATU12345678", "NL999999999B99", "GB999999973",
        "EL123456789",
        "CHE123456789", "ESX9999999X", "IE1234567WA", "US123456789", "BR12345678901", "RO18",
    ])
    func `somebody without an Italian code is named by a foreign one, or by ANONIMO`(code: String) throws {
        #expect(try TaxCode(code).value == code)
        #expect(try TaxCode(code.lowercased()).value == code)
        #expect(try TaxCode(code).isAnonymous == (code == "ANONIMO"))
        #expect(try !TaxCode(code).isPersonal16)
    }

    @Test func `IT before a partita IVA is no part of it`() throws {
        #expect(try TaxCode("IT12345678903").value == "12345678903")
        #expect(try TaxCode("it12345678903").value == "12345678903")
        #expect(throws: InvalidValue.self) { try TaxCode("IT12345678901") }
    }

    @Test(arguments: [
        // Too short or too long for the country; no country; a codice fiscale with a character too few.
        "DE12345678", "DE1234567890", "ZZ123456789", "SM12", "ATX12345678", "RSSMRA80A01H501", "SMRMRA80A01H501",
        "ANONIMA", "ANONIMO1", "IT1234", "ITRSSMRA80A01H501U", "DE12345678٣", "ＤＥ123456789", "D£123456789",
    ])
    func `what only looks like a foreign code is refused`(code: String) {
        #expect(throws: InvalidValue.self) { try TaxCode(code) }
    }

    @Test func `no codice fiscale with a character missing or wrong passes for a foreign code`() throws {
        var random = SeededRandom(seed: 41)
        let good = Array("RSSMRA80A01H501U")
        for _ in 0..<2_000 {
            var letters = good
            // Every pair of first letters, that of each country included.
            letters[0] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement(using: &random) ?? "A"
            letters[1] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement(using: &random) ?? "A"
            letters.remove(at: Int.random(in: 2..<16, using: &random))
            #expect(throws: InvalidValue.self) { try TaxCode(String(letters)) }
        }
    }

    @Test(arguments: [
        (SubjectKind.person, "RSSMRA80A01H501U", true), (.person, "12345678903", true), (.person, "ANONIMO", true),
        (.person, "SM12345", true), (.company, "12345678903", true), (.company, "DE123456789", true),
        (.company, "RSSMRA80A01H501U", false), (.company, "ANONIMO", false),
    ])
    func `kind and code fit together`(kind: SubjectKind, code: String, fits: Bool) throws {
        #expect(try (TaxCode(code).mismatch(with: kind) == nil) == fits)
    }

    @Test func `taxonomy codes of debts that are not offered to a bank are accepted`() throws {
        for prefix in ["0", "1", "2", "6", "7", "8", "9"] {
            #expect(try TaxonomyCode("\(prefix)/0101002IM/").value == "\(prefix)/0101002IM/")
        }
        for prefix in ["3", "4", "5", "a", ""] {
            #expect(throws: InvalidValue.self) { try TaxonomyCode("\(prefix)/0101002IM/") }
        }
    }
}

/// IBANs made by the registry's structures, then broken in one place.
@Suite struct IBANTests {
    /// With the right check letter and check digits.
    private func made(_ country: String, _ random: inout SeededRandom) -> [UInt8] {
        var account: [UInt8] = []
        for (count, kind) in IBANStructure.fields(country: country) {
            for _ in 0..<count {
                let isDigit = kind == UInt8(ascii: "n") || kind == UInt8(ascii: "c") && Bool.random(using: &random)
                account.append(
                    isDigit
                        ? UInt8.random(in: 0x30...0x39, using: &random) : UInt8.random(in: 0x41...0x5A, using: &random))
            }
        }
        if country == "IT" || country == "SM" { account[0] = IBANStructure.checkLetter(account[1...]) }
        return withCheckDigits(country, account)
    }

    private func withCheckDigits(_ country: String, _ account: [UInt8]) -> [UInt8] {
        let letters = Array(country.utf8)
        let check = 98 - remainder97(account + letters + [0x30, 0x30])
        return letters + [0x30 + UInt8(check / 10), 0x30 + UInt8(check % 10)] + account
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `every IBAN made by the registry's structures verifies, in small letters and with blanks too`() throws {
        var random = SeededRandom(seed: 97)
        #expect(IBANStructure.countries.count == 89)
        for country in IBANStructure.countries {
            for _ in 0..<20 {
                let good = made(country, &random)
                #expect(try IBAN(text(good)).value == text(good), "\(country)")
                var spaced = text(good).lowercased()
                for blank in [" ", "\u{A0}", "\u{202F}", "\t", "\u{2007}", "\u{200B}"] {
                    let place = spaced.index(
                        spaced.startIndex, offsetBy: Int.random(in: 0...spaced.count, using: &random))
                    spaced.insert(contentsOf: blank, at: place)
                }
                #expect(try IBAN(spaced).value == text(good), "\(country)")
            }
        }
    }

    @Test func `with one character changed, or its check digits swapped, none verifies`() {
        var random = SeededRandom(seed: 98)
        for country in IBANStructure.countries {
            let good = made(country, &random)
            for place in 2..<good.count {
                var bad = good
                if bad[place].isDigit {
                    bad[place] = 0x30 + (bad[place] - 0x30 + UInt8.random(in: 1...9, using: &random)) % 10
                } else {
                    bad[place] = 0x41 + (bad[place] - 0x41 + UInt8.random(in: 1...25, using: &random)) % 26
                }
                #expect(throws: InvalidValue.self) { try IBAN(text(bad)) }
            }
            if good[2] != good[3] {
                var bad = good
                bad.swapAt(2, 3)
                #expect(throws: InvalidValue.self) { try IBAN(text(bad)) }
            }
            for length in [good.count - 1, good.count + 1] {
                let account = Array((good[4...] + [0x30]).prefix(length - 4))
                #expect(throws: InvalidValue.self) { try IBAN(text(withCheckDigits(country, account))) }
            }
        }
    }

    @Test func `check digits that pass the remainder but that no bank computes are refused`() throws {
        var random = SeededRandom(seed: 99)
        var found = 0
        for _ in 0..<2_000 {
            var iban = made(["IT", "DE", "MD", "EE"].randomElement(using: &random) ?? "IT", &random)
            let check = Int(iban[2] - 0x30) * 10 + Int(iban[3] - 0x30)
            // 97 more or less gives the same remainder.
            guard let other = [check + 97, check - 97].first(where: { (0...99).contains($0) }) else { continue }
            found += 1
            iban[2] = 0x30 + UInt8(other / 10)
            iban[3] = 0x30 + UInt8(other % 10)
            #expect(remainder97(iban[4...] + iban[..<4]) == 1)
            #expect(throws: InvalidValue.self) { try IBAN(text(iban)) }
        }
        #expect(found > 0)
    }

    @Test(arguments: [
        // Wrong check digits twice, a wrong CIN, no such country, one character short: with good remainders.
        "IT99X0542811101000000000049", "IT01X0542811101000000000067", "IT65A0542811101000000123456",
        "ZZ480542811101000000123456", "DE5137040044053201300", "US64SVBKUS6S3300958879", "IT60X054281110100000012345é",
        "ＩT60X0542811101000000123456", "",
    ])
    func `what is no account is refused`(iban: String) {
        #expect(throws: InvalidValue.self) { try IBAN(iban) }
    }

    @Test(arguments: [
        "IT60X0542811101000000123456", "SM86U0322509800000000270100", "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819", "VA59001123000012345678", "SI56263300012039086", "MT84MALT011000012345MTLCAST001S",
    ])
    func `the registry's own examples verify`(iban: String) throws {
        #expect(try IBAN(iban).value == iban)
    }
}
