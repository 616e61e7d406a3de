import Accounts
import PagoPA
import TestSupport
import Testing

@Suite struct SmartCardTests {
    private static let now = Instant(microseconds: 1_800_000_000_000_000)

    private func certificate(_ names: [String] = ["RSSMRA80A01H501U/6120016461039008.i1ZpZfaCX/eKyikBfnF8to+M2T8="])
        -> CardCertificate
    {
        CardCertificate(
            commonNames: names, givenNames: ["MARIO"], familyNames: ["ROSSI"], policies: ["1.3.76.16.2.1"],
            hasDigitalSignature: true, hasNonRepudiation: false, extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
            notBefore: Self.now.adding(seconds: -60), notAfter: Self.now.adding(seconds: 60))
    }

    private func read(_ certificate: CardCertificate, trusting: Set<String> = SmartCard.knownPolicies)
        -> Result<SmartCard, SmartCard.Fault>
    {
        Result { () throws(SmartCard.Fault) in try SmartCard(certificate, trusting: trusting, at: Self.now) }
    }

    private func fault(_ change: (inout CardCertificate) -> Void) -> SmartCard.Fault? {
        var certificate = certificate()
        change(&certificate)
        if case .failure(let fault) = read(certificate) { return fault }
        return nil
    }

    @Test func `a valid card yields the tax code and the names`() throws {
        let card = try read(certificate()).get()

        #expect(card.taxCode.value == "RSSMRA80A01H501U")
        #expect(card.givenName == "MARIO" && card.familyName == "ROSSI")
    }

    @Test(arguments: [
        "RSSMRA80A01H50MM/1.a=", "RSSMRAULALMHRLMD/6120016461039008.////////////////////////////",
        "RSSMRA80A01H501U/7430010005801072", "RSSMRA80A01H501U/CA00000AA.x-_y",
    ])
    func `the parser accepts omocodia, slashes in the digest and other card ids`(name: String) throws {
        #expect(try read(certificate([name])).get().taxCode.value == String(name.prefix(16)))
    }

    @Test(arguments: [
        "", "/", "RSSMRA80A01H501U", "RSSMRA80A01H501U/", "RSSMRA80A01H501X/6120016461039008.i1Zp=",
        "xRSSMRA80A01H501U/6120016461039008.i1Zp=", "6120016461039008/RSSMRA80A01H501U", "rssmra80a01h501u/1.a=",
        "ＲSSMRA80A01H501U/1.a=", "12345678903/1.a=", "RSSMRA80A01H501U /1.a=", " RSSMRA80A01H501U/1.a=",
        "RSSMRA80A01H501U/'; DROP TABLE citizens; --", "RSSMRA80A01H501U/1.a=\nBSCMTT83A12L719R/1.a=",
        "RSSMRA80A01H501U\n/1.a=", "RSSMRA80A01H501U/1.a\u{0}", "RSSMRA80A01H501U\u{0}/1.a",
        "RSSMRA80A01H501U\u{2215}1.a=", "R\u{301}SSMRA80A01H50/1.a=",
        "RSSMRA80A01H501U/" + String(repeating: "1", count: 112),
    ])
    func `the parser rejects a common name of another format`(name: String) {
        #expect(read(certificate([name])) == .failure(.taxCode))
    }

    @Test func `the parser rejects a certificate without a common name or with two`() {
        let good = certificate().commonNames[0]
        #expect(read(certificate([])) == .failure(.commonName))
        #expect(read(certificate([good, good])) == .failure(.commonName))
        #expect(read(certificate([good, ""])) == .failure(.commonName))
    }

    @Test func `each violated certificate rule yields its own fault`() {
        #expect(fault { $0.notBefore = Self.now.adding(seconds: 1) } == .notYetValid)
        #expect(fault { $0.notAfter = Self.now.adding(seconds: -1) } == .expired)
        #expect(fault { $0.hasDigitalSignature = false } == .keyUsage)
        #expect(fault { $0.hasNonRepudiation = true } == .nonRepudiation)
        #expect(fault { $0.extendedKeyUsages = ["1.3.6.1.5.5.7.3.1"] } == .purpose)
        #expect(fault { $0.extendedKeyUsages = [] } == .purpose)
        #expect(fault { $0.policies = [] } == .policy)
        #expect(fault { $0.policies = ["1.3.76.16.2.10", "1.3.76.16.2", "2.5.29.32.0"] } == .policy)
        #expect(fault { $0.extendedKeyUsages = ["1.3.6.1.4.1.311.20.2.2", "1.3.6.1.5.5.7.3.2"] } == nil)
        #expect(fault { $0.policies = ["0.4.0.2042.1.1", "1.3.76.47.4"] } == nil)
        #expect(read(certificate(), trusting: ["1.3.76.47.4"]) == .failure(.policy))
    }

    @Test func `a name that is not plain text is ignored and the card is still valid`() throws {
        var certificate = certificate()
        certificate.givenNames = ["MARIO\nX"]
        certificate.familyNames = ["ROSSI", "BIANCHI"]

        let card = try read(certificate).get()

        #expect(card.givenName == nil && card.familyName == nil)
    }

    @Test func `the parser accepts every valid tax code and rejects it with one character changed`() throws {
        var random = SeededRandom(seed: 31)
        let digits = Array("0123456789LMNPQRSTUV")
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let marks = Array("ABCxyz019./+=-_")
        for _ in 0..<500 {
            var code = ""
            for place in 0..<15 {
                let from =
                    switch place {
                    case 6, 7, 9, 10, 12, 13, 14: digits
                    case 8: Array("ABCDEHLMPRST")
                    default: letters
                    }
                code.append(from.randomElement(using: &random) ?? "A")
            }
            code.append(try #require(TaxCode.checkLetter(first15: code)))
            let rest = String(
                (0..<Int.random(in: 1...60, using: &random)).map { _ in marks.randomElement(using: &random) ?? "." })
            #expect(try read(certificate(["\(code)/\(rest)"])).get().taxCode.value == code)

            var wrong = Array(code)
            let place = Int.random(in: 0..<16, using: &random)
            let others = letters.filter { $0 != wrong[place] }
            wrong[place] = others.randomElement(using: &random) ?? "?"
            // The check letter cannot distinguish two characters of equal value in one position: a digit and its letter.
            if TaxCode.checkLetter(first15: String(wrong.prefix(15))) != wrong[15] {
                #expect(read(certificate(["\(String(wrong))/\(rest)"])) == .failure(.taxCode))
            }
        }
    }

    @Test func `no input makes the parser trap`() {
        var random = SeededRandom(seed: 32)
        for _ in 0..<2_000 {
            let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x17F, using: &random))
            }
            let name =
                String(String.UnicodeScalarView(scalars)) + ["", "/", "RSSMRA80A01H501U/1"].randomElement(
                    using: &random)!
            if case .success(let card) = read(certificate([name])) {
                #expect(name.hasPrefix(card.taxCode.value + "/"))
            }
        }
    }
}
