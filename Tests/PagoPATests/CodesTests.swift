import Foundation
import PagoPA
import TestSupport
import Testing

/// Check digits of published examples and of generated codes.
@Suite struct CodesTests {
    @Test(
        arguments: [
            (0, "01", nil, UInt64(1), "001000000000000141", "000000000000141"),
            (0, "12", nil, 3_456_789_012_345, "012345678901234542", "345678901234542"),
            (1, nil, nil, 1, "100000000000000001", "00000000000000001"),
            (2, nil, nil, 1, "200000000000000103", "00000000000000103"),
            (2, nil, nil, 123_456_789_012_345, "212345678901234544", "12345678901234544"),
            (3, nil, "02", 2_606_181_430_271, "302260618143027134", "02260618143027134"),
            (3, nil, "00", 1, "300000000000000104", "00000000000000104"),
            (3, nil, "48", 1_111_111_111_222, "348111111111122213", "48111111111122213"),
        ] as [(Int, String?, String?, UInt64, String, String)])
    func `a notice number is composed as its aux digit requires, and gives its IUV`(
        aux: Int, application: String?, segregation: String?, base: UInt64, notice: String, iuv: String
    ) throws {
        let codes = try NoticeCodes(auxDigit: aux, applicationCode: application, segregationCode: segregation)

        let made = try codes.notice(base: base)

        #expect(made.value == notice)
        #expect(made.iuv.value == iuv)
        #expect(codes.notice(for: try IUV(iuv)) == made)
        #expect(codes.owns(made))
    }

    @Test(arguments: ["STRAßE80A01H501U", "RSSMRA80A01H501\u{17F}", "ıSSMRA80A01H501U", "ﬁSMRA80A01H501U"])
    func `letters that Unicode folds to ASCII are rejected in codes`(text: String) {
        #expect(throws: InvalidValue.self) { try TaxCode(text) }
        #expect(throws: InvalidValue.self) { try IUV(text) }
        #expect(throws: InvalidValue.self) { try PSPID(text) }
        #expect(
            "ßıſﬁ".asciiUppercased == "ßıſﬁ" && "aZ9ß".asciiUppercased == "AZ9ß" && "aZ9İ".asciiLowercased == "az9İ")
    }

    @Test func `an invalid code reports the rule that it violates`() {
        #expect(throws: InvalidValue(.badFormat, "must not be all zeros")) { try OrganizationTaxCode("00000000000") }
        #expect(throws: InvalidValue(.badCheckDigit, "has a wrong check digit")) {
            try OrganizationTaxCode("12345678901")
        }
        #expect(throws: InvalidValue(.badFormat, "must be 11 digits")) { try OrganizationTaxCode("1234567890") }
    }

    @Test func `an id is parsed in any case and printed in lower case`() throws {
        let text = "01a2076c-3248-7101-9f2c-6a5200001eef"
        let lower = try Identifier<Position>(text)
        #expect(try Identifier<Position>(text.uppercased()) == lower)
        #expect(try Identifier<Position>("01A2076c-3248-7101-9f2C-6a5200001EEF").description == text)
        for wrong in [
            "", "01a2076c32487101-9f2c-6a5200001eef0000", "{01a2076c-3248-7101-9f2c-6a5200001eef}",
            "ß" + text.dropFirst(2),
        ] {
            #expect(throws: InvalidValue.self) { try Identifier<Position>(wrong) }
        }
    }

    @Test(arguments: ["348172725623804858", "347164993070184562", "300715700000000032"])
    func `notice numbers from real notices are valid`(notice: String) throws {
        #expect(try NoticeNumber(notice).value == notice)
    }

    @Test(arguments: [
        "311111111112222222", "302260618143027135", "402260618143027134", "30226061814302713", "", "٣٠٢٢٦٠٦١٨١٤٣٠٢٧١٣٤",
    ])
    func `notice numbers with wrong digits are rejected`(notice: String) {
        #expect(throws: InvalidValue.self) { try NoticeNumber(notice) }
    }

    @Test func `a notice number with one digit changed is rejected`() throws {
        var random = SeededRandom(seed: 7)
        let codes = try NoticeCodes(auxDigit: 3, applicationCode: nil, segregationCode: "02")
        for _ in 0..<500 {
            let notice = try codes.notice(base: UInt64.random(in: 0..<10_000_000_000_000, using: &random))
            var digits = Array(notice.value.utf8)
            let place = Int.random(in: 1..<18, using: &random)
            digits[place] = 0x30 + (digits[place] - 0x30 + UInt8.random(in: 1...9, using: &random)) % 10
            #expect(throws: InvalidValue.self) { try NoticeNumber(String(decoding: digits, as: UTF8.self)) }
        }
    }

    @Test(arguments: ["RF45w9", "RF18539007547034", "RF74000000000000001", "RF78567483937849450550875"])
    func `RF references are valid`(reference: String) throws {
        #expect(try IUV(reference).value == reference)
    }

    @Test(arguments: ["RF23567483937849450550875", "", "0226 0618", "IUV-1", String(repeating: "1", count: 36)])
    func `an invalid IUV is rejected`(text: String) {
        #expect(throws: InvalidValue.self) { try IUV(text) }
    }

    @Test(arguments: [
        "RSSMRA80A01H501U", "BSCMTT83A12L719R", "JHNDOE00A01F205N", "RCCGLD09P09H501E", "RSSMRA80A01H50MM",
        "RSSMRA80A01H5LMX",
        "RSSMRA80A01HRLMS", "RSSMRAULALMHRLMD", "15376371009",
    ])
    func `valid tax codes are accepted, with omocodia and of organizations`(code: String) throws {
        #expect(try TaxCode(code).value == code)
        #expect(try TaxCode(code.lowercased()).value == code)
    }

    @Test(arguments: [
        "RCCGLD09P09H502E", "TTTTTT11T11T123T", "RSSMRA80A01H501", "RSSMRA80Z01H501U", "", "ＲSSMRA80A01H501U",
    ])
    func `invalid tax codes are rejected`(code: String) {
        #expect(throws: InvalidValue.self) { try TaxCode(code) }
    }

    @Test(arguments: ["15376371009", "00053070918", "97735020584", "06188330150", "12345678903", "90000000001"])
    func `valid tax codes of organizations are accepted`(code: String) throws {
        #expect(try OrganizationTaxCode(code).value == code)
    }

    @Test(arguments: [
        "77777777777", "11111111117", "12345678901", "88888888888", "00000000000", "1537637100", "1537637100a",
    ])
    func `invalid tax codes of organizations are rejected`(code: String) {
        #expect(throws: InvalidValue.self) { try OrganizationTaxCode(code) }
    }

    @Test func `an IBAN is valid, and a postal account is recognized`() throws {
        #expect(try IBAN("IT60X0542811101000000123456").isPostal == false)
        #expect(try IBAN("IT30O0760103200000012345678").isPostal)
        for wrong in ["IT61X0542811101000000123456", "IT60X05428111010000001234", "", "IT60X054281110100000012345é"] {
            #expect(throws: InvalidValue.self) { try IBAN(wrong) }
        }
    }
}

/// Codes generated by a second implementation of the rules, then changed in one position.
@Suite struct GeneratedCodesTests {
    @Test func `every RF reference is valid, and with one digit changed it is not`() throws {
        var random = SeededRandom(seed: 21)
        for _ in 0..<300 {
            let length = Int.random(in: 1...21, using: &random)
            let reference = String((0..<length).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
            // ISO 11649: R and F count as 27 and 15, and the number modulo 97 must be 1.
            let rest = (reference + "271500").compactMap(\.wholeNumberValue).reduce(0) { ($0 * 10 + $1) % 97 }
            let check = "\(98 - rest)"
            let made = "RF\(check.count < 2 ? "0" : "")\(check)\(reference)"
            #expect(try IUV(made).value == made)
            var bytes = Array(made.utf8)
            let place = Int.random(in: 2..<bytes.count, using: &random)
            bytes[place] = 0x30 + (bytes[place] - 0x30 + UInt8.random(in: 1...9, using: &random)) % 10
            #expect(throws: InvalidValue.self) { try IUV(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    @Test func `exactly one of the ten last digits makes eleven digits valid`() {
        var random = SeededRandom(seed: 22)
        for _ in 0..<300 {
            let first = String((0..<10).map { _ in "0123456789".randomElement(using: &random) ?? "1" })
            let good = (0...9).filter { (try? OrganizationTaxCode(first + String($0))) != nil }
            #expect(good.count == 1 || first == "0000000000")
        }
    }

    @Test func `exactly one of the twenty-six last letters makes sixteen characters valid`() throws {
        var random = SeededRandom(seed: 23)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        func pick(_ from: [Character], _ count: Int) -> String {
            String((0..<count).map { _ in from.randomElement(using: &random) ?? "A" })
        }
        for _ in 0..<300 {
            let digits = Array("0123456789LMNPQRSTUV")
            let first =
                pick(letters, 6) + pick(digits, 2) + pick(Array("ABCDEHLMPRST"), 1) + "0" + pick(Array("123456789"), 1)
                + pick(letters, 1) + pick(digits, 3)
            let good = letters.filter { (try? TaxCode(first + String($0))) != nil }
            #expect(good.count == 1, "\(first)")
            #expect(good.first == TaxCode.checkLetter(first15: first))
        }
    }

    @Test func `a code of a body or of a person with any one character changed is refused`() throws {
        for code in ["15376371009", "00053070918", "90000000001"] {
            for place in code.indices {
                for digit in "0123456789" where code[place] != digit {
                    #expect(throws: InvalidValue.self) {
                        try OrganizationTaxCode(code.replacingCharacters(in: place...place, with: String(digit)))
                    }
                }
            }
        }
        for code in ["RSSMRA80A01H501U", "RSSMRAULALMHRLMD", "BSCMTT83A12L719R"] {
            for place in code.indices {
                // A digit for a digit, a letter for a letter: the shape stays possible, and the check letter decides.
                for other in code[place].isNumber ? "0123456789" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                where code[place] != other {
                    #expect(throws: InvalidValue.self) {
                        try TaxCode(code.replacingCharacters(in: place...place, with: String(other)))
                    }
                }
            }
        }
    }

    @Test func `ids are sorted by the microsecond of their creation, and read back without hyphens`() throws {
        var random = SeededRandom(seed: 25)
        var previous: Identifier<Position>?
        for step in 0..<2_000 {
            let at = Instant(microseconds: 1_800_000_000_000_000 + Int64(step * 7))
            let id = Identifier<Position>.make(at: at, random: &random)
            if let previous { #expect(previous < id, "\(step)") }
            previous = id
            let text = id.description
            #expect(text.dropFirst(14).first == "7" && "89ab".contains(text.dropFirst(19).first ?? "x"))
            #expect(Identifier(withoutHyphens: id.withoutHyphens) == id)
            #expect(
                Identifier<Position>(withoutHyphens: id.withoutHyphens.uppercased()) == nil
                    || !id.withoutHyphens.contains(where: \.isLetter))
        }
        for text in ["", String(repeating: "g", count: 32), String(repeating: "0", count: 31)] {
            #expect(Identifier<Position>(withoutHyphens: text) == nil)
        }
        #expect(
            Identifier<Position>.make(at: Instant(microseconds: -1), random: &random).description.hasPrefix(
                "00000000-0000-7000"))
    }

    @Test func `a taxonomy code has at most 140 visible ASCII characters`() throws {
        for code in ["9/abc", "9/" + String(repeating: "x", count: 138), "0/~!{}"] {
            #expect(try TaxonomyCode(code).value == code)
        }
        for code in [
            "9/ab", "9/" + String(repeating: "x", count: 139), "9/a b", "9/a\u{7F}c", "9/àbc", "9-abc", "/9abc",
        ] {
            #expect(throws: InvalidValue.self) { try TaxonomyCode(code) }
        }
    }

    @Test func `exactly one pair of check letter and check digits makes an Italian account valid`() {
        var random = SeededRandom(seed: 24)
        let checks = (0...99).map { $0 < 10 ? "0\($0)" : "\($0)" }
        for _ in 0..<10 {
            let account = String((0..<22).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
            let good = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".reduce(0) { count, letter in
                count + checks.count { (try? IBAN("IT\($0)\(letter)\(account)")) != nil }
            }
            #expect(good == 1)
        }
    }
}
