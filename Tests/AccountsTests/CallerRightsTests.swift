import Accounts
import Foundation
import PagoPA
import Testing

/// The rights of API keys and callers: creditors, scopes, validity, contact data.
@Suite struct CallerRightsTests {
    private static let comune = try! OrganizationTaxCode("12345678903")  // a valid literal
    private static let provincia = try! OrganizationTaxCode("01199250158")  // a valid literal
    private static let mario = try! TaxCode("RSSMRA80A01H501U")  // a valid literal
    private static let now = Instant(microseconds: 1_700_000_000_000_000)

    private func key(
        _ kind: CallerKind = .frontend, _ scopes: [Scope] = [.positionsRead],
        creditors: [OrganizationTaxCode] = [comune], expiresAt: Instant? = nil, revokedAt: Instant? = nil
    ) -> APIKey {
        APIKey(
            id: Identifier(uuid: UUID()), name: "k", kind: kind, prefix: "p", scopes: scopes, creditors: creditors,
            createdAt: Self.now, expiresAt: expiresAt, revokedAt: revokedAt)
    }

    private func citizen(_ proof: CitizenProof) -> SignedInCitizen {
        SignedInCitizen(
            session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()), taxCode: Self.mario,
            fullName: "Mario Rossi", email: nil, provedBy: proof, rowVersion: 1)
    }

    @Test func `narrowing a tenancy to a creditor never adds rights`() {
        let all: [Tenancy] = [
            .everyCreditor, .only([Self.comune]), .only([Self.comune, Self.provincia], seesQuarantine: false),
            .only([]),
            .citizen(Self.mario), .citizen(Self.mario, of: Self.comune),
        ]
        for tenancy in all { #expect(tenancy.narrowed(to: nil) == tenancy) }
        #expect(
            all.map { $0.narrowed(to: Self.comune) } == [
                .only([Self.comune]), .only([Self.comune]), .only([Self.comune], seesQuarantine: false), .only([]),
                .citizen(Self.mario, of: Self.comune), .citizen(Self.mario, of: Self.comune),
            ])
        #expect(
            all.map { $0.narrowed(to: Self.provincia) } == [
                .only([Self.provincia]), .only([]), .only([Self.provincia], seesQuarantine: false), .only([]),
                .citizen(Self.mario, of: Self.provincia), .only([]),
            ])
    }

    @Test func `a PSP's tenancy is not limited by a creditor`() throws {
        let psp = Tenancy.psp(try PSPID("ABCDITMM"))
        #expect(psp.narrowed(to: Self.comune) == psp)
    }

    @Test func `narrowing twice to different creditors leaves nothing`() {
        for tenancy: Tenancy in [.everyCreditor, .only([Self.comune, Self.provincia]), .citizen(Self.mario)] {
            let once = tenancy.narrowed(to: Self.comune)
            #expect(once.narrowed(to: Self.comune) == once)
            #expect(once.narrowed(to: Self.provincia) == .only([]))
        }
    }

    @Test func `an ops key has every creditor, and other keys have their own`() {
        #expect(key(.ops, [.operations], creditors: []).tenancy == .everyCreditor)
        #expect(key(.frontend).tenancy == .only([Self.comune], seesQuarantine: false))
        #expect(key(.creditor, [.positionsWrite]).tenancy == .only([Self.comune], seesQuarantine: false))
        #expect(key(.creditor, [.anomaliesWrite]).tenancy == .only([Self.comune], seesQuarantine: true))
    }

    @Test func `a browser key reaches the registry of its creditors, and their notices`() {
        let browser = key(.browser, [.positionsRead, .paymentsWrite])
        let alone = Caller(key: browser)
        #expect(alone.tenancy == .registry([Self.comune]))
        #expect(alone.tenancy.narrowed(to: Self.provincia) == .registry([]))
        #expect(!alone.seesContactData && !alone.seesSenders)
        let notices = Tenancy.only([Self.comune], seesQuarantine: false)
        for caller in [
            alone, Caller(key: browser, citizen: citizen(.mailbox)), Caller(key: key(), citizen: citizen(.smartCard)),
        ] {
            #expect(caller.tenancy(payingNoticesOf: [Self.comune]) == notices)
            #expect(caller.tenancy(payingNoticesOf: [Self.comune, Self.provincia]) == caller.tenancy)
        }
        let office = Caller(key: key(.creditor))
        #expect(office.tenancy(payingNoticesOf: [Self.comune]) == office.tenancy)
        let ops = Caller(key: key(.ops, creditors: []), citizen: citizen(.smartCard))
        #expect(ops.tenancy(payingNoticesOf: [Self.provincia]) == .everyCreditor)
    }

    @Test func `only a page of its origins may use a browser key, and any caller another key`() throws {
        let origins = try [WebOrigin("https://portale.example.org")]
        func key(_ kind: CallerKind) -> APIKey {
            APIKey(
                id: Identifier(uuid: UUID()), name: "k", kind: kind, prefix: "p", scopes: [], creditors: [],
                allowedOrigins: origins, createdAt: Self.now)
        }
        let other = try WebOrigin("https://altro.example.org")
        #expect(key(.browser).allows(origins[0]))
        #expect(!key(.browser).allows(nil) && !key(.browser).allows(other))
        for kind in CallerKind.allCases where kind != .browser {
            #expect(key(kind).allows(nil) && key(kind).allows(other))
        }
    }

    @Test func `a citizen's caller has the citizen's data only, with any key`() {
        for key in [key(.frontend, [.citizens]), key(.ops, [.citizens, .operations], creditors: [])] {
            #expect(Caller(key: key, citizen: citizen(.smartCard)).tenancy == .citizen(Self.mario))
        }
    }

    @Test(arguments: Scope.allCases) func `with a citizen a key has only the scopes of citizens`(scope: Scope) {
        let key = key(.ops, Scope.allCases, creditors: [])
        #expect(Caller(key: key).holds(scope))
        let isForCitizens: Set<Scope> = [.positionsRead, .paymentsWrite, .receiptsRead, .citizens]
        #expect(Caller(key: key, citizen: citizen(.mailbox)).holds(scope) == isForCitizens.contains(scope))
    }

    @Test(arguments: Scope.allCases) func `a key has its scopes and no others`(scope: Scope) {
        #expect(key(.creditor, [scope]).holds(scope))
        #expect(!key(.creditor, Scope.allCases.filter { $0 != scope }).holds(scope))
        #expect(!key(.ops, []).holds(scope))
    }

    @Test func `payments include the sign-in of citizens, except for creditors`() {
        #expect(key(.frontend, [.paymentsWrite]).holds(.citizens))
        #expect(key(.ops, [.paymentsWrite]).holds(.citizens))
        #expect(!key(.creditor, [.paymentsWrite]).holds(.citizens))
        #expect(!key(.frontend, [.citizens]).holds(.paymentsWrite))
    }

    @Test func `a key is valid until it expires or is revoked, to the microsecond`() {
        let before = Instant(microseconds: Self.now.microseconds - 1)
        for key in [key(expiresAt: Self.now), key(revokedAt: Self.now), key(expiresAt: Self.now, revokedAt: Self.now)] {
            #expect(key.isValid(at: before))
            #expect(!key.isValid(at: Self.now))
            #expect(!key.isValid(at: Self.now.adding(seconds: 1)))
        }
        #expect(key().isValid(at: Self.now.adding(seconds: 1_000_000_000)))
        #expect(!key(expiresAt: Self.now.adding(seconds: 9), revokedAt: Self.now).isValid(at: Self.now))
    }

    @Test func `contact data is hidden from citizens without a proof of identity`() {
        #expect(Caller(key: key()).seesContactData)
        #expect(!Caller(key: key(), citizen: citizen(.mailbox)).seesContactData)
        #expect(Caller(key: key(), citizen: citizen(.smartCard)).seesContactData)
        #expect(Caller(key: key(), citizen: citizen(.identityProvider)).seesContactData)
    }

    @Test func `the sender of an RT is shown to back offices and ops`() {
        #expect(!Caller(key: key(.frontend)).seesSenders)
        #expect(Caller(key: key(.creditor)).seesSenders)
        #expect(Caller(key: key(.ops)).seesSenders)
        #expect(!Caller(key: key(.ops), citizen: citizen(.smartCard)).seesSenders)
    }

    @Test func `a rotated key is the same owner of Idempotency-Keys, and citizens are separate owners`() {
        let first = key()
        let second = APIKey(
            id: Identifier(uuid: UUID()), name: "k", kind: .frontend, prefix: "p", scopes: [], creditors: [],
            createdAt: Self.now, lineage: first.id)
        #expect(Caller(key: first).name == Caller(key: second).name)
        #expect(Caller(key: first).actor != Caller(key: second).actor)

        let (mario, other) = (citizen(.mailbox), citizen(.mailbox))
        let names = [
            Caller(key: first).name, Caller(key: first, citizen: mario).name, Caller(key: first, citizen: other).name,
            Caller(key: key()).name,
        ]
        #expect(Set(names).count == names.count)
        #expect(Caller(key: first, citizen: mario).name == Caller(key: second, citizen: mario).name)
    }

    @Test func `a first key's expiry is that of its chain, and a successor has the chain's`() {
        let end = Self.now.adding(seconds: 60)
        let first = key(expiresAt: end)
        #expect(first.lineage == first.id && first.lineageExpiresAt == end)
        let second = APIKey(
            id: Identifier(uuid: UUID()), name: "k", kind: .frontend, prefix: "p", scopes: [], creditors: [],
            createdAt: Self.now, expiresAt: Self.now, lineage: first.id)
        #expect(second.lineage == first.id && second.lineageExpiresAt == nil)
    }
}
