import PagoPA
import Text

/// The relation of an account's owner (area riservata) to the municipality.
package enum CitizenKind: String, Sendable, CaseIterable {
    /// Resident in the municipality.
    case resident
    /// An Italian citizen who lives abroad, entered in the Anagrafe degli italiani residenti all'estero.
    case aire
    /// Any other person with an Italian tax code, who lives outside this municipality, in Italy or abroad.
    case nonResident = "non_resident"

    /// The violations of this kind's address rules, under `/address`.
    package func faults(of address: PostalAddress) -> [Fault] {
        switch self {
        case .resident:
            guard address.country == "IT" else {
                return [Fault("/address/country", .notAllowed, "must be IT for a resident")]
            }
            return Self.faults(ofItalian: address)
        case .nonResident: return address.country == "IT" ? Self.faults(ofItalian: address) : []
        case .aire:
            return address.country == "IT"
                ? [Fault("/address/country", .notAllowed, "must be a country other than IT")] : []
        }
    }

    private static func faults(ofItalian address: PostalAddress) -> [Fault] {
        var faults: [Fault] = []
        if address.postalCode.utf8.count != 5 || !address.postalCode.utf8.allSatisfy(\.isDigit) {
            faults.append(Fault("/address/postal_code", .badFormat, "must be a CAP of 5 digits"))
        }
        let province = address.province ?? ""
        if province.utf8.count != 2 || !province.utf8.allSatisfy(\.isUpper) {
            faults.append(Fault("/address/province", .badFormat, "must be a province's two capital letters"))
        }
        return faults
    }
}

package enum CitizenStatus: String, Sendable, CaseIterable {
    /// Registered, but the mailbox is not verified yet.
    case pending
    case active
    /// The personal data is erased; payments, receipts and positions remain, because the law requires them.
    case erased
}

package enum CitizenEvent: Sendable, CaseIterable {
    case verified
    case erased
}

extension CitizenStatus: TransitionTable {
    /// The transition table of accounts. `nil`: the event does not fit.
    package func after(_ event: CitizenEvent) -> CitizenStatus? {
        switch (self, event) {
        case (.pending, .verified): .active
        case (.active, .erased): .erased
        case (.active, .verified), (.pending, .erased), (.erased, .verified), (.erased, .erased): nil
        }
    }
}

package struct Birth: Sendable, Equatable {
    package let date: CalendarDate
    package let place: String

    package init(date: CalendarDate, place: String) {
        self.date = date
        self.place = place
    }
}

/// Which version of which document a citizen accepted, and when.
package struct Consent: Sendable, Equatable {
    package enum Document: String, Sendable, CaseIterable {
        case privacy
        case terms
    }

    package let document: Document
    package let version: String
    package let givenAt: Instant

    package init(document: Document, version: String, givenAt: Instant) {
        self.document = document
        self.version = version
        self.givenAt = givenAt
    }
}

/// How it was proved that an account belongs to the person with its tax code.
package enum CitizenProof: String, Sendable, CaseIterable {
    /// Only a code in a mail, which proves access to the mailbox but not the person.
    case mailbox
    case smartCard = "smart_card"
    /// SPID or CIE, by an ID token.
    case identityProvider = "identity_provider"

    /// Whether the proof identifies the person. Only then does the account show contact data that creditors stored.
    package var isOfPerson: Bool {
        switch self {
        case .mailbox: false
        case .smartCard, .identityProvider: true
        }
    }
}

/// An account that is not erased. It never contains the password or its hash.
///
/// An account created with a smart card has the card's data: the tax code and usually the name, but no birth data and no mailbox.
package struct Citizen: Sendable, Equatable {
    package let id: CitizenID
    package let kind: CitizenKind
    package let status: CitizenStatus
    package let taxCode: TaxCode
    package let givenName: String?
    package let familyName: String?
    package let birth: Birth?
    package let address: PostalAddress?
    package let email: EmailAddress?
    /// The language of the account's mails.
    package let language: Language
    package let consents: [Consent]
    package let provedBy: CitizenProof
    /// Whether the citizen can sign in with a password.
    package let hasPassword: Bool
    package let createdAt: Instant
    package let updatedAt: Instant

    package init(
        id: CitizenID, kind: CitizenKind, status: CitizenStatus, taxCode: TaxCode, givenName: String?,
        familyName: String?, birth: Birth?, address: PostalAddress?, email: EmailAddress?, language: Language,
        consents: [Consent], provedBy: CitizenProof, hasPassword: Bool, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.kind = kind
        self.status = status
        self.taxCode = taxCode
        self.givenName = givenName
        self.familyName = familyName
        self.birth = birth
        self.address = address
        self.email = email
        self.language = language
        self.consents = consents
        self.provedBy = provedBy
        self.hasPassword = hasPassword
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var owner: PasswordOwner {
        PasswordOwner(taxCode: taxCode, email: email, givenName: givenName, familyName: familyName)
    }
}

/// The fields that a citizen may change at once. Legal identity is not among them; `CredentialChange` changes mailbox and
/// password.
package struct CitizenChange: Sendable, Equatable {
    package let kind: CitizenKind
    package let givenName: String?
    package let familyName: String?
    package let address: PostalAddress?
    package let language: Language

    package init(
        kind: CitizenKind, givenName: String?, familyName: String?, address: PostalAddress?, language: Language
    ) {
        self.kind = kind
        self.givenName = givenName
        self.familyName = familyName
        self.address = address
        self.language = language
    }
}

/// A change of the mailbox or the password.
package struct CredentialChange: Sendable, Equatable {
    /// The citizen must verify it with a code first.
    package let email: EmailAddress?
    /// The link in the mail, on an origin of the front end; nil: the mail shows the code.
    package let verificationURL: ReturnURL?
    package let password: Password?
    /// The current password as typed; required to change a password, but not to set the first one.
    package let currentPassword: String?

    package init(
        email: EmailAddress? = nil, verificationURL: ReturnURL? = nil, password: Password? = nil,
        currentPassword: String? = nil
    ) {
        self.email = email
        self.verificationURL = verificationURL
        self.password = password
        self.currentPassword = currentPassword
    }
}
