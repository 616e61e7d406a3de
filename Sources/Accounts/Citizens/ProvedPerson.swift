import PagoPA

/// What proves a person, and not only a mailbox.
package enum PersonProof: Sendable, CaseIterable {
    case smartCard
    case identityProvider

    /// The proof of an account of this person.
    package var ofAccount: CitizenProof {
        switch self {
        case .smartCard: .smartCard
        case .identityProvider: .identityProvider
        }
    }

    /// How the proof ends the sessions that were opened before it.
    package var sessionEnd: CitizenSession.End {
        switch self {
        case .smartCard: .smartCard
        case .identityProvider: .identityProvider
        }
    }

    /// The e-mail to the mailbox that the account had before.
    package var notification: NotificationKind {
        switch self {
        case .smartCard: .smartCardProved
        case .identityProvider: .identityProved
        }
    }

    /// For the journal.
    package var words: String {
        switch self {
        case .smartCard: "smart card"
        case .identityProvider: "identity provider"
        }
    }
}

/// A person whose identity has been proved. A name is nil when the proof does not contain it.
package struct ProvedPerson: Sendable, Equatable {
    package let taxCode: TaxCode
    package let givenName: String?
    package let familyName: String?
    package let proof: PersonProof

    package init(taxCode: TaxCode, givenName: String?, familyName: String?, proof: PersonProof) {
        self.taxCode = taxCode
        self.givenName = givenName
        self.familyName = familyName
        self.proof = proof
    }
}

extension SmartCard {
    package var person: ProvedPerson {
        ProvedPerson(taxCode: taxCode, givenName: givenName, familyName: familyName, proof: .smartCard)
    }
}
