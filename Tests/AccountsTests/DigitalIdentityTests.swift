import PagoPA
import TestSupport
import Testing

@testable import Accounts

/// The rules for the claims of an ID token.
@Suite struct DigitalIdentityTests {
    private static let seconds: Int64 = 1_800_000_000
    private static let now = Instant(microseconds: seconds * 1_000_000 + 999_999)
    private static let level = "https://www.spid.gov.it/SpidL2"

    private static func provider(_ prefix: IdentityProvider.TaxCodePrefix = .optional) -> IdentityProvider {
        IdentityProvider(
            issuer: "https://idp.example.org", keySetURL: "https://idp.example.org/jwks",
            audiences: ["portale", "app"],
            taxCodePrefix: prefix, assuranceLevels: [level, "https://www.spid.gov.it/SpidL3"])
    }

    private static func claims(_ change: (inout IdentityClaims) -> Void = { _ in }) -> IdentityClaims {
        var claims = IdentityClaims(
            audiences: ["portale"], expiresAt: seconds + 300, notBefore: seconds, issuedAt: seconds,
            assuranceLevel: level, taxCode: "TINIT-RSSMRA80A01H501U", givenName: "MARIO", familyName: "ROSSI")
        change(&claims)
        return claims
    }

    private static func fault(
        _ prefix: IdentityProvider.TaxCodePrefix = .optional, _ change: (inout IdentityClaims) -> Void
    ) -> DigitalIdentity.Fault? {
        do {
            _ = try DigitalIdentity(claims(change), of: provider(prefix), at: now)
            return nil
        } catch { return error }
    }

    @Test func `a good token states the person, and is refused from its expiry on`() throws {
        let identity = try DigitalIdentity(Self.claims(), of: Self.provider(), at: Self.now)
        #expect(
            try identity.person
                == ProvedPerson(
                    taxCode: TaxCode("RSSMRA80A01H501U"), givenName: "MARIO", familyName: "ROSSI",
                    proof: .identityProvider))
        #expect(Self.now.seconds(until: identity.expiresAt) == 360)
        let long = try DigitalIdentity(
            Self.claims { $0.expiresAt = .max }, of: Self.provider(), at: Self.now)
        #expect(Self.now.seconds(until: long.expiresAt) == 660, "ten minutes after it was issued, with the leeway")
    }

    @Test func `each wrong claim has its own fault`() {
        let cases: [(DigitalIdentity.Fault?, (inout IdentityClaims) -> Void)] = [
            (nil, { _ in }), (.audience, { $0.audiences = [] }), (.audience, { $0.audiences = ["other"] }),
            (.audience, { $0.audiences = ["portale", "other"] }), (.audience, { $0.audiences = ["portale", "app"] }),
            (
                nil,
                {
                    $0.audiences = ["portale", "app"]
                    $0.authorizedParty = "app"
                }
            ),
            (nil, { $0.authorizedParty = "portale" }), (.audience, { $0.authorizedParty = "other" }),
            (.audience, { $0.authorizedParty = "" }), (.audience, { $0.audiences = ["Portale"] }),
            (.expired, { $0.expiresAt = nil }), (.expired, { $0.expiresAt = Self.seconds - 60 }),
            (nil, { $0.expiresAt = Self.seconds - 59 }), (.expired, { $0.expiresAt = .min }),
            (nil, { $0.notBefore = nil }), (nil, { $0.notBefore = Self.seconds + 60 }),
            (.notYetValid, { $0.notBefore = Self.seconds + 61 }), (.notYetValid, { $0.notBefore = .max }),
            (nil, { $0.notBefore = .min }), (.issuedAt, { $0.issuedAt = nil }),
            (nil, { $0.issuedAt = Self.seconds + 60 }), (.issuedAt, { $0.issuedAt = Self.seconds + 61 }),
            (nil, { $0.issuedAt = Self.seconds - 659 }), (.issuedAt, { $0.issuedAt = Self.seconds - 660 }),
            (.issuedAt, { $0.issuedAt = .min }), (.issuedAt, { $0.issuedAt = .max }),
            (.assuranceLevel, { $0.assuranceLevel = nil }),
            (.assuranceLevel, { $0.assuranceLevel = "https://www.spid.gov.it/SpidL1" }),
            (.assuranceLevel, { $0.assuranceLevel = "" }), (.taxCode, { $0.taxCode = nil }),
            (.taxCode, { $0.taxCode = "" }), (.taxCode, { $0.taxCode = "TINIT-" }),
            (.taxCode, { $0.taxCode = "RSSMRA80A01H501X" }),
            (.taxCode, { $0.taxCode = "TINIT-TINIT-RSSMRA80A01H501U" }),
            (.taxCode, { $0.taxCode = "TINDE-RSSMRA80A01H501U" }), (.taxCode, { $0.taxCode = "12345678903" }),
            (.taxCode, { $0.taxCode = "TINIT-12345678903" }), (.taxCode, { $0.taxCode = "ANONIMO" }),
            (.taxCode, { $0.taxCode = "DE123456789" }), (.taxCode, { $0.taxCode = "RSSMRA80A01H501U " }),
            (nil, { $0.taxCode = "RSSMRA80A01H501U" }), (nil, { $0.taxCode = "TINIT-RSSMRA80A01H50MM" }),
        ]
        for (number, (expected, change)) in cases.enumerated() {
            #expect(Self.fault { change(&$0) } == expected, "\(number)")
        }
    }

    @Test func `a provider may demand the prefix of the tax code, or have none`() {
        for (prefix, marked, bare) in [
            (.optional, nil, nil), (.required, nil, .taxCode), (.none, .taxCode, nil),
        ] as [(IdentityProvider.TaxCodePrefix, DigitalIdentity.Fault?, DigitalIdentity.Fault?)] {
            #expect(Self.fault(prefix) { $0.taxCode = "TINIT-RSSMRA80A01H501U" } == marked)
            #expect(Self.fault(prefix) { $0.taxCode = "RSSMRA80A01H501U" } == bare)
        }
    }

    @Test func `a name that is missing, too long or not plain text is ignored`() throws {
        for name in [nil, "", String(repeating: "x", count: 71), "a\nb", "a\u{202E}b"] {
            let identity = try DigitalIdentity(
                Self.claims {
                    $0.givenName = name
                    $0.familyName = name
                }, of: Self.provider(), at: Self.now)
            #expect(identity.person.givenName == nil && identity.person.familyName == nil)
        }
    }

    @Test func `for random instants a token is accepted exactly within its validity, and then its end is near`() {
        var random = SeededRandom(seed: 71)
        let far: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 60, .max]
        func instant() -> Int64 {
            Int.random(in: 0..<10, using: &random) == 0
                ? far.randomElement(using: &random) ?? 0
                : Self.seconds + Int64.random(in: -1_400...1_400, using: &random)
        }
        for _ in 0..<5_000 {
            let (expiry, start, issued) = (instant(), instant(), instant())
            let claims = Self.claims {
                $0.expiresAt = expiry
                $0.notBefore = start
                $0.issuedAt = issued
            }
            let identity = try? DigitalIdentity(claims, of: Self.provider(), at: Self.now)
            let isValid =
                Double(expiry) + 60 > Double(Self.seconds) && Double(start) - 60 <= Double(Self.seconds)
                && Double(issued) - 60 <= Double(Self.seconds) && Double(issued) + 660 > Double(Self.seconds)
            #expect((identity != nil) == isValid, "\(expiry) \(start) \(issued)")
            if let identity {
                #expect(identity.expiresAt > Self.now && Self.now.seconds(until: identity.expiresAt) <= 720)
            }
        }
    }
}
