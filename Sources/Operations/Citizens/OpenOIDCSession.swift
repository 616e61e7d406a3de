import Accounts
import Cryptography
import Gateways
import Logging
import Metrics
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Signs in the owner of a SPID or CIE identity. The account is created or proved as with a smart card.
    ///
    /// - Parameters:
    ///   - idToken: the ID token that the front end received from the identity provider, as it was sent.
    ///   - nonce: the nonce that the front end sent to the identity provider for this browser.
    /// - Throws: `Refusal.idTokenRefused` for every fault of the token or the nonce, which is counted and logged without any content of the
    ///   token; `.identityProviderUnavailable` when the issuer's keys cannot be fetched; `.busy`.
    package func openOIDCSession(
        idToken: String, nonce: String, language: Language, by caller: Caller,
        repeating: Repeating<GivenTokens>? = nil
    ) async throws -> Once<GivenTokens> {
        do {
            let (identity, digest) = try await verified(idToken, nonce: nonce)
            let answer = try await once(repeating, within: .everyCreditor) { tx, now in
                guard try await tx.spend(nonce: digest, until: identity.expiresAt) else {
                    throw DigitalIdentity.Fault.replayed
                }
                let citizen = try await account(
                    of: identity.person, language: language, by: caller.actor, in: tx, at: now)
                return try openSession(of: citizen, by: caller, in: tx, at: now)
            }
            countToken("accepted")
            return answer
        } catch let fault as DigitalIdentity.Fault {
            countToken(fault.rawValue)
            logger.warning(
                "an ID token was refused",
                metadata: ["reason": "\(fault.rawValue)", "correlation_id": "\(Correlation.id ?? "-")"])
            throw Refusal.idTokenRefused
        } catch IDTokenFailure.unavailable(let seconds) {
            countToken("unavailable")
            throw Refusal.identityProviderUnavailable(retryAfterSeconds: seconds)
        }
    }

    /// The identity of a token whose claims, nonce and signature are all good, and the digest of its nonce.
    ///
    /// The claims are checked first, so that a token which is refused in any case causes no call to its issuer. Nothing is returned before
    /// the signature has been verified.
    private func verified(_ text: String, nonce: String) async throws -> (DigitalIdentity, nonceDigest: [UInt8]) {
        let token: IDToken
        do { token = try IDToken(text) } catch {
            switch error {
            case .malformed: throw DigitalIdentity.Fault.malformed
            case .algorithm: throw DigitalIdentity.Fault.algorithm
            }
        }
        guard let provider = identityProviders.first(where: { $0.issuer.utf8.elementsEqual(token.issuer.utf8) }) else {
            throw DigitalIdentity.Fault.unknownIssuer
        }
        let identity = try DigitalIdentity(IdentityClaims(token, of: provider), of: provider, at: clock())
        guard let stated = token.text("nonce"), constantTimeEqual(Array(stated.utf8), Array(nonce.utf8)) else {
            throw DigitalIdentity.Fault.nonce
        }
        do { try await externalServices.verifySignature(token) } catch let failure as IDTokenFailure {
            switch failure {
            case .unknownIssuer: throw DigitalIdentity.Fault.unknownIssuer
            case .unknownKey: throw DigitalIdentity.Fault.unknownKey
            case .signature: throw DigitalIdentity.Fault.signature
            case .unavailable: throw failure
            }
        }
        return (identity, SHA256.digest(Array("\(provider.issuer)\n\(nonce)".utf8)))
    }

    private func countToken(_ result: String) {
        Counter(label: "id_tokens_total", dimensions: [("result", result)]).increment()
    }
}

extension IdentityClaims {
    /// An optional claim of another type than expected gets a value that the rules refuse.
    fileprivate init(_ token: IDToken, of provider: IdentityProvider) {
        self.init(
            audiences: token.texts("aud"),
            authorizedParty: token.has("azp") ? token.text("azp") ?? "" : nil, expiresAt: token.seconds("exp"),
            notBefore: token.has("nbf") ? token.seconds("nbf") ?? .max : nil, issuedAt: token.seconds("iat"),
            assuranceLevel: token.text("acr"), taxCode: token.text(provider.taxCodeClaim),
            givenName: token.text(provider.givenNameClaim), familyName: token.text(provider.familyNameClaim))
    }
}
