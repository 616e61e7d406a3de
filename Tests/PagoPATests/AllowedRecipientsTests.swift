import PagoPA
import Testing

@Suite struct AllowedRecipientsTests {
    @Test func `an address is allowed by itself or by its domain, in any case`() throws {
        let allowed = try AllowedRecipients("Prova@example.org, @Test.example.org,")
        for (address, isAllowed) in [
            ("prova@example.org", true), ("PROVA@EXAMPLE.ORG", true), ("mario@test.example.org", true),
            ("altro@example.org", false), ("prova@test.example.org.example.com", false),
            ("mario@sub.test.example.org", false), ("mario@est.example.org", false),
        ] { #expect(allowed.contains(try EmailAddress(address)) == isAllowed, "\(address)") }
    }

    @Test(arguments: ["", ",", "example.org", "@", "a@b@c", "*@example.org,x", "@exa mple..org"])
    func `a list without addresses, or with another text, is refused`(list: String) {
        #expect(throws: InvalidValue.self) { try AllowedRecipients(list) }
    }

    @Test func `a list has at most a hundred entries`() throws {
        let list = { (count: Int) in (0..<count).map { "a\($0)@example.org" }.joined(separator: ",") }
        #expect(try AllowedRecipients(list(100)).contains(EmailAddress("a99@example.org")))
        #expect(throws: InvalidValue.self) { try AllowedRecipients(list(101)) }
    }
}
