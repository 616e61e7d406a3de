import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA

extension Registration {
    /// Reports every violation at once, including those between fields, as far as the fields can be read.
    static func read(_ reader: inout ObjectReader, language: Language, today: CalendarDate) throws -> Registration? {
        var rules = RegistrationRules()
        let kind = reader.required("kind", text: CitizenKind.read)
        let taxCode = reader.required("tax_code") { try TaxCode($0) }
        let givenName = reader.required("given_name") { try boundedText($0, 1...70) }
        let familyName = reader.required("family_name") { try boundedText($0, 1...70) }
        let birth = reader.required("birth") { reader -> Birth? in
            let date = reader.required("date") { try CalendarDate($0) }
            let place = reader.required("place") { try boundedText($0, 1...70) }
            rules.birthDate = date
            guard let date, let place else { return nil }
            return Birth(date: date, place: place)
        }
        let address = reader.required("address", object: PostalAddress.read)
        let email = reader.required("email") { try EmailAddress($0) }
        let password = reader.required("password") { try Password($0) }
        let isAgreed: Bool? = reader.required("consents") { reader in
            for name in ["privacy", "terms"] where reader.required(flag: name) == false {
                reader.refuse(name, .notAllowed, "must be true: there is no account without it")
            }
            return true
        }
        let url = reader.optional("verification_url") { try ReturnURL($0) }
        rules.kind = kind
        rules.taxCode = taxCode
        rules.address = address
        rules.password = password
        rules.owner = PasswordOwner(taxCode: taxCode, email: email, givenName: givenName, familyName: familyName)
        for fault in rules.faults(today: today) { reader.violations.add(fault) }
        guard let kind, let taxCode, let givenName, let familyName, let birth, let address, let email, let password,
            isAgreed == true
        else { return nil }
        return Registration(
            kind: kind, taxCode: taxCode, givenName: givenName, familyName: familyName, birth: birth, address: address,
            email: email, password: password, language: language, verificationURL: url)
    }
}

extension CitizenKind {
    static func read(_ text: String) throws(InvalidValue) -> CitizenKind {
        guard let kind = CitizenKind(rawValue: text) else {
            throw InvalidValue(.unknownValue, "must be resident, aire or non_resident")
        }
        return kind
    }
}

/// Merges a patch (RFC 7396) into the members of an account that a citizen may change, and validates the result as a new account.
enum CitizenPatch {
    private static let changeable: Set<String> = ["kind", "given_name", "family_name", "address", "language"]
    private static let credentials: Set<String> = ["email", "verification_url", "password", "current_password"]

    /// E-mail address and password. They are not merged, because GET does not return them.
    static func credentials(in patch: JSONValue) -> (CredentialChange, [Violation]) {
        guard case .object(let members) = patch else { return (CredentialChange(), []) }
        let violations = Violations()
        let own = JSONValue.object(members.filter { credentials.contains($0.key) })
        guard var reader = ObjectReader(own, into: violations) else { return (CredentialChange(), violations.items) }
        let email = reader.has("email") ? reader.required("email") { try EmailAddress($0) } : nil
        let url = reader.optional("verification_url") { try ReturnURL($0) }
        let password = reader.has("password") ? reader.required("password") { try Password($0) } : nil
        let current = reader.optional("current_password", text: secretText)
        if let password {
            for fault in password.faults(for: PasswordOwner()) { violations.add("/password", .tooWeak, fault) }
        }
        let change = CredentialChange(
            email: email, verificationURL: url, password: password, currentPassword: current)
        return (change, violations.items)
    }

    /// - Parameter others: the violations of the patch's credentials, reported with the rest.
    static func apply(_ patch: JSONValue, to citizen: Citizen, others: [Violation] = []) throws -> CitizenChange {
        guard case .object(let all) = patch else {
            throw Problem.invalid([Violation("", .wrongType, "must be an object, not \(patch.kind)")])
        }
        let current = try JSONValue.parse(citizen.reply.body)
        var found = others
        let wanted = all.filter { !credentials.contains($0.key) }
            .settable(changeable, at: "", current: current, found: &found)
        let document = JSONWriter.object { json in
            json.field("kind", citizen.kind.rawValue)
            json.field("given_name", citizen.givenName)
            json.field("family_name", citizen.familyName)
            if let address = citizen.address { json.write(address) }
            json.field("language", citizen.language.rawValue)
        }
        return try JSONValue.parse(document).merged(with: .object(wanted)).decodeObject(found: found) { reader in
            let kind = reader.required("kind", text: CitizenKind.read)
            // A name that the account has cannot be removed. A name that the smart card did not contain may stay missing.
            func name(_ field: String, _ present: String?) -> String? {
                guard present != nil || reader.has(field) else { return nil }
                return reader.required(field) { try boundedText($0, 1...70) }
            }
            let givenName = name("given_name", citizen.givenName)
            let familyName = name("family_name", citizen.familyName)
            let address =
                citizen.address != nil || reader.has("address")
                ? reader.required("address", object: PostalAddress.read) : nil
            let language = reader.required("language") { (text: String) throws -> Language in
                guard let language = Language(rawValue: text) else {
                    throw InvalidValue(.unknownValue, "must be it, en, de, fr or sl")
                }
                return language
            }
            if let kind, let address {
                for fault in kind.faults(of: address) { reader.violations.add(fault) }
            }
            guard let kind, let language else { return nil }
            return CitizenChange(
                kind: kind, givenName: givenName, familyName: familyName, address: address, language: language)
        }
    }
}

extension Registered {
    func reply(_ status: HTTPResponse.Status) -> Reply {
        .json(status) { json in
            json.field("id", id.description)
            json.field("kind", kind.rawValue)
            json.field("status", self.status.rawValue)
            json.field("created_at", createdAt.rfc3339)
        }
    }
}

extension Citizen {
    var reply: Reply {
        .json { json in
            json.field("id", id.description)
            json.field("kind", kind.rawValue)
            json.field("status", status.rawValue)
            json.field("tax_code", taxCode.value)
            json.field("given_name", givenName)
            json.field("family_name", familyName)
            if let birth {
                json.object("birth") { json in
                    json.field("date", birth.date.description)
                    json.field("place", birth.place)
                }
            }
            if let address { json.write(address) }
            json.field("email", email?.value)
            json.field("language", language.rawValue)
            json.field("proved_by", provedBy.rawValue)
            json.field("has_password", hasPassword)
            json.array("consents", consents) { json, consent in
                json.beginObject()
                json.field("document", consent.document.rawValue)
                json.field("version", consent.version)
                json.field("given_at", consent.givenAt.rfc3339)
                json.endObject()
            }
            json.field("created_at", createdAt.rfc3339)
            json.field("updated_at", updatedAt.rfc3339)
        }.tagged()
    }
}
