import Accounts
import Foundation
import PagoPA
import Requests
import Testing

@Suite struct RequestCredentialTests {
    private static let now = Instant(microseconds: 1_700_000_000_000_000)

    private func key(_ scopes: [Scope] = [.positionsRead]) -> APIKey {
        APIKey(
            id: Identifier(uuid: UUID()), name: "k", kind: .frontend, prefix: "p", scopes: scopes, creditors: [],
            createdAt: Self.now)
    }

    @Test func `a credential is confirmed once and stays confirmed`() {
        let credential = RequestCredential(key: key(), keyDigest: [1], isConfirmed: false)
        #expect(!credential.isConfirmed)
        credential.confirm()
        credential.confirm()
        #expect(credential.isConfirmed)
        #expect(RequestCredential(key: key(), keyDigest: [1], isConfirmed: true).isConfirmed)
    }

    @Test func `the caller of a credential has its key and its citizen`() throws {
        let citizen = SignedInCitizen(
            session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()),
            taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, provedBy: .mailbox,
            rowVersion: 1)
        let key = key()
        let credential = RequestCredential(
            key: key, keyDigest: [1], citizen: citizen, accessDigest: [2], isConfirmed: true)
        #expect(credential.caller == Caller(key: key, citizen: citizen))
        #expect(RequestCredential(key: key, keyDigest: [1], isConfirmed: true).caller == Caller(key: key))
    }

    @Test func `the credential of a task applies to its child tasks, and to no other task`() async {
        #expect(RequestCredential.current == nil)
        let credential = RequestCredential(key: key(), keyDigest: [1], isConfirmed: false)
        await RequestCredential.$current.withValue(credential) {
            #expect(RequestCredential.current === credential)
            async let inner = Task { RequestCredential.current === credential }.value
            #expect(await inner)
            #expect(await Task.detached { RequestCredential.current == nil }.value)
        }
        #expect(RequestCredential.current == nil)
    }

    @Test func `the correlation id of a task applies to its child tasks`() async {
        #expect(Correlation.id == nil)
        await Correlation.$id.withValue("c-1") {
            #expect(Correlation.id == "c-1")
            async let inner = Correlation.id
            #expect(await inner == "c-1")
            Correlation.$id.withValue("c-2") { #expect(Correlation.id == "c-2") }
            #expect(Correlation.id == "c-1")
        }
    }
}
