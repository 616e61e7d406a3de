import Accounts
import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct ThrottleTests {
    private let start = Instant(microseconds: 1_800_000_000_000_000)

    /// The waits before consecutive attempts, each made as soon as it is allowed.
    private func waits(_ count: Int, _ rule: Throttle.Rule) -> [Int] {
        var throttle = Throttle(tries: 0, lastAt: start)
        var now = start
        return (0..<count).map { _ in
            let wait = throttle.waitSeconds(at: now, rule)
            now = now.adding(seconds: wait)
            throttle = throttle.counting(at: now, rule)
            return wait
        }
    }

    @Test func `five attempts from one address are free and each further one waits twice as long`() {
        #expect(waits(12, .signInFromAddress) == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64])
        #expect(waits(30, .signInFromAddress).max() == 900)
    }

    @Test func `attempts of strangers on an account cause only short waits`() {
        let all = waits(200, .signIn)
        #expect(all.prefix(20).allSatisfy { $0 == 0 })
        #expect(all.max() == 8)
    }

    @Test func `one mailbox gets five mails at once and then one every twelve minutes`() {
        #expect(waits(8, .mail) == [0, 0, 0, 0, 0, 720, 720, 720])
    }

    @Test(arguments: 0..<200) func `a wait is never longer than the maximum and always ends`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        for rule in [Throttle.Rule.signInFromAddress, .signIn, .mail] {
            let throttle = Throttle(tries: .random(in: 0...10_000, using: &random), lastAt: start)
            let later = start.adding(seconds: .random(in: -5...100_000, using: &random))
            let wait = throttle.waitSeconds(at: later, rule)
            #expect(wait >= 0 && wait <= 906)
            // After the wait, the attempt is allowed, and passing time never makes the wait longer.
            #expect(throttle.waitSeconds(at: later.adding(seconds: wait), rule) == 0)
            #expect(throttle.waitSeconds(at: later.adding(seconds: 1), rule) <= wait)
            #expect(throttle.currentTries(at: later, rule) <= throttle.tries)
        }
    }

    @Test func `the count of attempts decreases with time`() {
        let throttle = Throttle(tries: 9, lastAt: start)
        #expect(throttle.waitSeconds(at: start, .signInFromAddress) == 16)
        #expect(throttle.currentTries(at: start.adding(seconds: 600), .signInFromAddress) == 8)
        #expect(throttle.waitSeconds(at: start.adding(seconds: 600 * 5), .signInFromAddress) == 0)
        #expect(throttle.counting(at: start.adding(seconds: 600 * 20), .signInFromAddress).tries == 1)
    }
}

@Suite struct PasswordTests {
    private let owner = Result {
        PasswordOwner(
            taxCode: try TaxCode("RSSMRA80A01H501U"), email: try EmailAddress("mario.rossi@example.org"),
            givenName: "Mario", familyName: "Rossi")
    }

    @Test(arguments: [11, 129, 600]) func `a password that is too short or too long is rejected`(length: Int) {
        let text = String((0..<length).map { _ in Character(Unicode.Scalar(UInt8.random(in: 33...126))) })
        #expect(throws: InvalidValue.self) { try Password(text) }
    }

    @Test(arguments: [
        "quattro gatti sul tetto", "ünïcödé ßtraße", "龍馬精神龍虎風雲日月山川", "🐈🐕🐎🐖🐄🐑🐓🦆🐢🐍🐸🐝", "correct horse battery",
        "Tr0ub4dor&3!x",
    ])
    func `any long text that is not a common password is accepted`(text: String) throws {
        #expect(try Password(text).faults(for: owner.get()).isEmpty)
    }

    @Test(arguments: [
        "aaaaaaaaaaaa", "abababababab", "123456789012", "abcdefghijklm", "210987654321", "password1234",
        "Password!2026",
        "passwordpassword", "1q2w3e4r5t6y", "francesco1985", "JUVENTUS!!1897", "iloveyou12345",
    ])
    func `a common password is rejected`(text: String) throws {
        #expect(try !Password(text).faults(for: PasswordOwner()).isEmpty)
    }

    @Test(arguments: [
        "mario.rossi@example.org", "xx-RSSMRA80A01H501U", "rssmra80a01h501u-2026", "MarioRossi#47!x",
        "rossimario-tetto",
        "io sono mario.rossi",
    ])
    func `a password that contains data of its owner is rejected`(text: String) throws {
        #expect(try !Password(text).faults(for: owner.get()).isEmpty)
    }

    @Test func `every way of typing the same characters is the same password`() throws {
        let composed = try Password("perché sì, così è")
        let decomposed = try Password("perche\u{301} si\u{300}, cosi\u{300} e\u{300}")
        #expect(composed == decomposed && composed.bytes == decomposed.bytes)
    }

    @Test func `a password is never printed`() throws {
        let password = try Password("quattro gatti sul tetto")
        #expect(!"\(password) \(String(reflecting: password)) \(["a": password])".contains("gatti"))
    }
}

@Suite struct RegistrationTests {
    private func address(_ country: String, province: String? = nil, postalCode: String = "10121") -> PostalAddress {
        PostalAddress(
            street: "Via Roma", civicNumber: nil, postalCode: postalCode, city: "Torino", province: province,
            country: country)
    }

    @Test func `a resident has an address in Italy, an AIRE citizen abroad, and a non-resident anywhere`() {
        #expect(CitizenKind.resident.faults(of: address("IT", province: "TO")).isEmpty)
        #expect(CitizenKind.resident.faults(of: address("IT", province: "to", postalCode: "1012")).count == 2)
        #expect(CitizenKind.resident.faults(of: address("IT")).map(\.pointer) == ["/address/province"])
        #expect(CitizenKind.resident.faults(of: address("BE", province: "TO")).map(\.pointer) == ["/address/country"])
        for kind in [CitizenKind.aire, .nonResident] {
            #expect(kind.faults(of: address("BE", postalCode: "B-1000")).isEmpty)
        }
        #expect(CitizenKind.aire.faults(of: address("IT", province: "TO")).map(\.pointer) == ["/address/country"])
        #expect(CitizenKind.nonResident.faults(of: address("IT", province: "TO")).isEmpty)
        #expect(
            CitizenKind.nonResident.faults(of: address("IT", postalCode: "1012")).map(\.pointer) == [
                "/address/postal_code", "/address/province",
            ])
    }

    @Test(arguments: [
        // 1 January 1980; the same under omocodia; a woman of 1 August 1985.
        ("RSSMRA80A01H501U", "1980-01-01", true), ("RSSMRA80A01H501U", "1980-01-02", false),
        ("RSSMRA80A01H501U", "1980-02-01", false), ("RSSMRA80A01H501U", "1981-01-01", false),
        ("VRDNNA85M41F205G", "1985-08-01", true), ("VRDNNA85M41F205G", "1985-08-41", false),
    ])
    func `the date of birth must match the tax code`(code: String, day: String, agrees: Bool) throws {
        let taxCode = try TaxCode(code)
        guard let date = try? CalendarDate(day) else { return #expect(!agrees) }
        #expect(taxCode.agrees(withBirth: date) == agrees)
    }

    @Test func `a tax code changed for omocodia contains the same date of birth`() throws {
        // Letters replace digits from the right: in 80A01 only the last digit, or all of them.
        for first15 in ["RSSMRA80A01H50M", "RSSMRA80A0MHRLM", "RSSMRAULALMHRLM"] {
            let letter = try #require(TaxCode.checkLetter(first15: first15))
            let taxCode = try TaxCode(first15 + String(letter))
            #expect(taxCode.agrees(withBirth: try CalendarDate("1980-01-01")))
            #expect(!taxCode.agrees(withBirth: try CalendarDate("1980-01-11")))
        }
    }

    @Test func `rules between fields check only the fields that were parsed`() throws {
        var rules = RegistrationRules()
        rules.taxCode = try TaxCode("12345678903")
        rules.birthDate = try CalendarDate("2030-01-01")
        rules.kind = .aire
        rules.address = address("IT")
        let pointers = rules.faults(today: try CalendarDate("2026-11-24")).map(\.pointer)
        #expect(pointers == ["/tax_code", "/birth/date", "/address/country"])
    }

    @Test func `an account is verified once and erased once`() {
        #expect(CitizenStatus.pending.after(.verified) == .active)
        #expect(CitizenStatus.active.after(.erased) == .erased)
        for event in CitizenEvent.allCases { #expect(CitizenStatus.erased.after(event) == nil) }
    }

    @Test func `all spellings of a mailbox or tax code give the same username`() throws {
        #expect(Username("Mario@Example.org").text == Username("mario@example.ORG").text)
        #expect(Username("rssmra80a01h501u").text == "RSSMRA80A01H501U")
        #expect(Username("nobody in particular") == .unknown("nobody in particular"))
    }

    @Test func `IPv6 addresses of one /64 are the same client address`() throws {
        #expect(try ClientAddress("203.0.113.7") == ClientAddress("::ffff:203.0.113.7"))
        #expect(try ClientAddress("2001:db8::1") == ClientAddress("2001:0db8:0:0:ffff::2"))
        #expect(try ClientAddress("2001:db8::1") != ClientAddress("2001:db8:0:1::1"))
        for text in ["", "203.0.113.256", "203.0.113.7, 10.0.0.1", "localhost", "1::2::3"] {
            #expect(throws: InvalidValue.self) { try ClientAddress(text) }
        }
    }

    @Test func `a session is refreshed within the hour and ends after twelve`() {
        let start = Instant(microseconds: 1_800_000_000_000_000)
        let key = APIKeyID(uuid: .init())
        var session = CitizenSession(id: .init(uuid: .init()), citizen: .init(uuid: .init()), key: key, openedAt: start)
        #expect(start.seconds(until: session.accessExpiresAt) == 600)
        #expect(start.seconds(until: session.refreshExpiresAt) == 3_600)
        session = session.refreshed(at: start.adding(seconds: 43_000), by: key)
        #expect(start.seconds(until: session.accessExpiresAt) == 43_200)
        #expect(start.seconds(until: session.refreshExpiresAt) == 43_200)
    }
}
