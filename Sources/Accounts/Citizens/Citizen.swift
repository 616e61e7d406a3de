import PagoPA
import Text

/// A person with an account of their own (area riservata), by what they are to the municipality.
package enum CitizenKind: String, Sendable, CaseIterable {
    /// Resident in the municipality.
    case resident
    /// An Italian citizen who lives abroad, entered in the Anagrafe degli italiani residenti all'estero.
    case aire
    /// Anybody else with an Italian tax code: not resident in this municipality, in Italy or abroad.
    case nonResident = "non_resident"

    /// What this kind's address breaks, under `/address`.
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
                ? [Fault("/address/country", .notAllowed, "must be another country than IT")] : []
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
    /// Registered; nobody has proved yet to read the mail.
    case pending
    case active
    /// Nothing of the person is left but what the law keeps elsewhere: payments, receipts, positions.
    case erased
}

package enum CitizenEvent: Sendable, CaseIterable {
    case verified
    case erased
}

extension CitizenStatus: TransitionTable {
    /// The one transition table of accounts. `nil`: the event does not fit.
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

/// Which document was agreed to, in which version, and when.
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

/// What has proved that an account belongs to the person whose tax code it has.
package enum CitizenProof: String, Sendable, CaseIterable {
    /// Nothing but a code in a mail: it proves the mailbox, whoever reads it.
    case mailbox
    case smartCard = "smart_card"

    /// Whether it proves the person: then the account may show what creditors know of how to reach them.
    package var isOfPerson: Bool {
        switch self {
        case .mailbox: false
        case .smartCard: true
        }
    }
}

/// An account that is not erased. Never holds the password, nor its hash.
///
/// One that a smart card made knows what the card tells: the tax code, as a rule the names, and neither birth nor mailbox.
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
    /// In which the account's mails are written.
    package let language: Language
    package let consents: [Consent]
    package let provedBy: CitizenProof
    /// Whether it can be signed in to with a password.
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

/// What a citizen may change of an account at once: not who they are by law. Mailbox and password are `CredentialChange`'s.
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

/// By what a citizen wants to be reached and to sign in from now on.
package struct CredentialChange: Sendable, Equatable {
    /// To be proved by a code first.
    package let email: EmailAddress?
    /// Where the code's mail leads, on an origin of the front end; nil: the mail shows the code.
    package let verificationURL: ReturnURL?
    package let password: Password?
    /// As it was typed; needed to change a password, not to set the first one.
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
