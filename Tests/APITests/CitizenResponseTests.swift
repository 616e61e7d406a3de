import Accounts
import HTTPTypes
import JSON
import PagoPA
import Testing

@testable import API

/// The exact response about an account, and the changes that its citizen may send.
@Suite struct CitizenResponseTests {
    private func citizen(isCardOnly: Bool = false) throws -> Citizen {
        let at = try Instant(rfc3339: "2026-10-09T10:00:00Z")
        return Citizen(
            id: try Identifier("0199c0de-0000-7000-8000-000000000007"), kind: .resident, status: .active,
            taxCode: try TaxCode("RSSMRA80A01H501U"), givenName: "Mario", familyName: isCardOnly ? nil : "Rossi",
            birth: isCardOnly ? nil : Birth(date: try CalendarDate("1980-01-01"), place: "Roma"),
            address: isCardOnly
                ? nil
                : PostalAddress(
                    street: "Via Roma", civicNumber: "1", postalCode: "00100", city: "Roma", province: "RM",
                    country: "IT"), email: isCardOnly ? nil : try EmailAddress("mario@example.org"), language: .it,
            consents: isCardOnly ? [] : [Consent(document: .privacy, version: "1", givenAt: at)],
            provedBy: isCardOnly ? .smartCard : .mailbox, hasPassword: !isCardOnly, createdAt: at, updatedAt: at)
    }

    private func text(_ reply: Reply) -> String { String(decoding: reply.body, as: UTF8.self) }

    @Test func `an account has every member in the order of the contract`() throws {
        #expect(
            text(try citizen().reply) == """
                {"id":"0199c0de-0000-7000-8000-000000000007","kind":"resident","status":"active",\
                "tax_code":"RSSMRA80A01H501U","given_name":"Mario","family_name":"Rossi",\
                "birth":{"date":"1980-01-01","place":"Roma"},"address":{"street":"Via Roma","civic_number":"1",\
                "postal_code":"00100","city":"Roma","province":"RM","country":"IT"},"email":"mario@example.org",\
                "language":"it","proved_by":"mailbox","has_password":true,"consents":[{"document":"privacy",\
                "version":"1","given_at":"2026-10-09T10:00:00Z"}],"created_at":"2026-10-09T10:00:00Z",\
                "updated_at":"2026-10-09T10:00:00Z"}
                """)
    }

    @Test func `an account that a smart card created has the data on the card`() throws {
        let value = try JSONValue(text(citizen(isCardOnly: true).reply))
        for name in ["family_name", "birth", "address", "email"] { #expect(value[name] == nil, "\(name)") }
        #expect(value["proved_by"] == .string("smart_card") && value["has_password"] == .bool(false))
        #expect(value["consents"] == .array([]))
    }

    @Test func `the entity tag changes with the account`() throws {
        let tag = try citizen().reply.headers[.eTag]
        let same = try citizen().reply.headers[.eTag]
        let other = try citizen(isCardOnly: true).reply.headers[.eTag]
        #expect(tag != nil && tag == same && tag != other)
    }

    private func violations(_ patch: String, isCardOnly: Bool = false) throws -> [String] {
        let json = try JSONValue(patch)
        let (_, others) = CitizenPatch.credentials(in: json)
        do {
            _ = try CitizenPatch.apply(json, to: citizen(isCardOnly: isCardOnly), others: others)
            return []
        } catch let problem as Problem { return problem.violations.map { "\($0.pointer) \($0.code)" } }
    }

    @Test func `a GET response sent back as a patch changes nothing`() throws {
        let citizen = try citizen()
        var json = try JSONValue(text(citizen.reply))
        // The e-mail address would be changed by a code, so a patch that repeats it is a change of credentials.
        json = try #require(json.replacing(["email"], with: nil))
        let change = try CitizenPatch.apply(json, to: citizen)
        #expect(
            change
                == CitizenChange(
                    kind: .resident, givenName: "Mario", familyName: "Rossi", address: citizen.address, language: .it))
    }

    @Test func `a patch merges the address and leaves other members`() throws {
        let citizen = try citizen()
        let change = try CitizenPatch.apply(
            JSONValue(#"{"address":{"street":"Via Po","civic_number":null},"language":"de"}"#), to: citizen)
        #expect(change.address?.street == "Via Po" && change.address?.civicNumber == nil)
        #expect(change.address?.city == "Roma" && change.language == .de && change.givenName == "Mario")
    }

    @Test(
        arguments: [
            (#"{"tax_code":"VRDNNA85M41F205G"}"#, ["/tax_code read_only"]),
            (#"{"birth":{"date":"1980-01-02","place":"Roma"}}"#, ["/birth read_only"]),
            (#"{"proved_by":"smart_card","has_password":false}"#, ["/proved_by read_only", "/has_password read_only"]),
            (#"{"kind":"tourist"}"#, ["/kind unknown_value"]), (#"{"kind":null}"#, ["/kind required"]),
            (#"{"given_name":null}"#, ["/given_name required"]), (#"{"address":null}"#, ["/address required"]),
            (#"{"language":"es"}"#, ["/language unknown_value"]), (#"{"unknown":true}"#, ["/unknown unknown_member"]),
            (#"{"email":"x"}"#, ["/email bad_format"]), (#"{"email":null}"#, ["/email wrong_type"]),
            (#"{"password":"short"}"#, ["/password too_short"]), (#"{"password":null}"#, ["/password wrong_type"]),
            (#"{"password":"passwordpassword"}"#, ["/password too_weak"]),
            (#"{"current_password":""}"#, ["/current_password too_short"]),
            (#"{"email":"x","kind":"tourist"}"#, ["/email bad_format", "/kind unknown_value"]),
            (#"[]"#, [" wrong_type"]),
            (#"{"language":"de","email":"nuovo@example.org","password":"quattro gatti sul tetto"}"#, []),
        ] as [(String, [String])])
    func `a patch that may not be applied has its violations, those of the credentials first`(
        patch: String, expected: [String]
    ) throws {
        #expect(try violations(patch) == expected)
    }

    @Test func `a name that the card does not contain may stay missing, but cannot become empty`() throws {
        #expect(try violations("{}", isCardOnly: true) == [])
        #expect(try violations(#"{"family_name":""}"#, isCardOnly: true) == ["/family_name too_short"])
        #expect(try violations(#"{"family_name":"Rossi"}"#, isCardOnly: true) == [])
    }

    @Test func `credentials are read apart from the other members`() throws {
        let (change, violations) = CitizenPatch.credentials(
            in: try JSONValue(
                """
                {"language":"x","email":"nuovo@example.org","verification_url":"https://portale.example.org/v",
                "password":"quattro gatti sul tetto","current_password":"vecchia"}
                """))
        #expect(violations.isEmpty)
        #expect(change.email?.value == "nuovo@example.org" && change.currentPassword == "vecchia")
        #expect(change.password != nil && change.verificationURL != nil)
    }
}
