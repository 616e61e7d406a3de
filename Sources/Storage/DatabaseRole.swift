import Accounts
import Postgres

/// The roles as which the service acts in the database. Each is a member of the group `quietanza_app`, which has the rights on tables, and
/// sees the rows that its policies allow. Policies for one kind of tenancy are planned into fewer steps than policies that ask for the kind
/// (ADR 0101).
package enum DatabaseRole: String, Sendable, CaseIterable {
    /// Operators and background jobs.
    case every = "quietanza_every"
    /// Front ends and creditors.
    case creditors = "quietanza_creditors"
    /// Citizens, and browser keys alone.
    case citizens = "quietanza_citizens"
    case psp = "quietanza_psp"

    package static let group = "quietanza_app"
    /// The group and its members.
    package static let allNames = [group] + allCases.map(\.rawValue)

    var statements: StatementGroup {
        switch self {
        case .every: StatementGroup(1)
        case .creditors: StatementGroup(2)
        case .citizens: StatementGroup(3)
        case .psp: StatementGroup(4)
        }
    }
}

extension Tenancy {
    var role: DatabaseRole {
        switch self {
        case .everyCreditor: .every
        case .only: .creditors
        case .citizen, .registry: .citizens
        case .psp: .psp
        }
    }
}
