import Accounts
import Foundation
import Gateways
import JSON
import PagoPA

/// The file that `OIDC_ISSUERS` names: a JSON object with the identity providers, which are read all together.
enum IdentityProviderFile {
    private static let maximumBytes = 64 * 1_024
    private static let providers = 1...32
    private static let values = 1...16
    /// Unicode scalars of an audience, a level or the name of a claim.
    private static let length = 1...256

    /// - Parameter policy: nil if the setting of the outbound networks is not valid; then the URLs are not checked against it.
    /// - Returns: the faults of the whole file, each with its place. They contain no value.
    static func read(_ file: String, policy: OutboundPolicy?) -> Result<[IdentityProvider], Settings.Faults> {
        func failure(_ fault: String) -> Result<[IdentityProvider], Settings.Faults> {
            .failure(Settings.Faults(faults: [fault]))
        }
        guard let bytes = try? Settings.bytes(of: file) else { return failure("must name a readable file") }
        guard bytes.count <= maximumBytes else { return failure("must name a file of at most \(maximumBytes) bytes") }
        let document: JSONValue
        do { document = try JSONValue.parse(bytes) } catch { return failure("must name a JSON file") }
        let violations = Violations()
        guard var reader = ObjectReader(document, into: violations) else { return failure("must contain an object") }
        let read = reader.required("issuers") { value, pointer, violations -> [IdentityProvider]? in
            guard case .array(let items) = value, providers.contains(items.count) else {
                violations.add(
                    pointer, code: "", "must be an array of \(providers.lowerBound) to \(providers.upperBound)")
                return nil
            }
            return items.enumerated().compactMap { index, item in
                provider(item, at: "\(pointer)/\(index)", into: violations, policy)
            }
        }
        reader.finish()
        var seen: Set<String> = []
        for (index, provider) in (read ?? []).enumerated() where !seen.insert(provider.issuer).inserted {
            violations.add("/issuers/\(index)/issuer", code: "", "is there twice")
        }
        guard violations.items.isEmpty, let read else {
            return .failure(Settings.Faults(faults: violations.items.map { "\($0.pointer) \($0.detail)" }))
        }
        return .success(read)
    }

    private static func provider(
        _ value: JSONValue, at pointer: String, into violations: Violations, _ policy: OutboundPolicy?
    ) -> IdentityProvider? {
        guard var reader = ObjectReader(value, at: pointer, into: violations) else { return nil }
        let issuer = reader.required("issuer", text: { try address($0, policy) })
        let keySetURL = reader.required("jwks_url", text: { try address($0, policy) })
        let audiences = reader.required("audiences", texts)
        let levels = reader.required("assurance_levels", texts)
        let taxCodeClaim = reader.optional("tax_code_claim", text: claim)
        let givenNameClaim = reader.optional("given_name_claim", text: claim)
        let familyNameClaim = reader.optional("family_name_claim", text: claim)
        let prefix = reader.optional("tax_code_prefix", text: taxCodePrefix)
        reader.finish()
        guard let issuer, let keySetURL, let audiences, let levels else { return nil }
        return IdentityProvider(
            issuer: issuer, keySetURL: keySetURL, audiences: audiences,
            taxCodeClaim: taxCodeClaim ?? IdentityProvider.defaultTaxCodeClaim, taxCodePrefix: prefix ?? .optional,
            givenNameClaim: givenNameClaim ?? IdentityProvider.defaultGivenNameClaim,
            familyNameClaim: familyNameClaim ?? IdentityProvider.defaultFamilyNameClaim, assuranceLevels: levels)
    }

    /// Checked like every URL that the service calls. An issuer need not be reachable, but has the same form.
    private static func address(_ text: String, _ policy: OutboundPolicy?) throws -> String {
        let text = try boundedText(text, length)
        try policy?.check(text)
        return text
    }

    private static func claim(_ text: String) throws -> String { try boundedText(text, length) }

    private static func taxCodePrefix(_ text: String) throws -> IdentityProvider.TaxCodePrefix {
        guard let prefix = IdentityProvider.TaxCodePrefix(rawValue: text) else {
            throw InvalidValue(.unknownValue, "must be required, none or optional")
        }
        return prefix
    }

    private static func texts(_ value: JSONValue, _ pointer: String, _ violations: Violations) -> Set<String>? {
        guard case .array(let items) = value, values.contains(items.count) else {
            violations.add(
                pointer, code: "", "must be an array of \(values.lowerBound) to \(values.upperBound) strings")
            return nil
        }
        let texts = items.enumerated().compactMap { index, item in
            ObjectReader.text(item, "\(pointer)/\(index)", violations) { try boundedText($0, length) }
        }
        return texts.count == items.count ? Set(texts) : nil
    }
}
