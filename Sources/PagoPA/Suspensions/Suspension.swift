/// A creditor, debt type, PSP or channel that operations switched off, from an instant and for a reason. It refuses new positions and new
/// payments, never an RT.
package struct Suspension: Sendable, Equatable {
    package enum Subject: Sendable, Hashable {
        case creditor(OrganizationTaxCode)
        case debtType(OrganizationTaxCode, key: String)
        case psp(PSPID)
        case channel(PSPID, channel: ChannelID)
    }

    package static let reasonLength = 200

    package let id: Identifier<Suspension>
    package let subject: Subject
    /// Shown to every caller whose request is refused.
    package let reason: String
    package let startsAt: Instant
    /// `nil`: until it is lifted.
    package let endsAt: Instant?
    package let createdAt: Instant
    /// When operations switched the subject on again, or replaced this suspension.
    package private(set) var liftedAt: Instant?

    package init(
        id: Identifier<Suspension>, subject: Subject, reason: String, startsAt: Instant, endsAt: Instant?,
        createdAt: Instant, liftedAt: Instant? = nil
    ) {
        self.id = id
        self.subject = subject
        self.reason = reason
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdAt = createdAt
        self.liftedAt = liftedAt
    }

    package func isActive(at now: Instant) -> Bool {
        liftedAt == nil && SuspensionPeriod(startsAt: startsAt, endsAt: endsAt).contains(now)
    }

    /// The creditor of the subject; `nil` for PSPs and channels.
    package var creditor: OrganizationTaxCode? { subject.creditor }

    package func lifted(at now: Instant) -> Suspension {
        var copy = self
        copy.liftedAt = liftedAt ?? now
        return copy
    }
}

/// When a suspension that is not lifted holds.
package struct SuspensionPeriod: Sendable, Equatable {
    package let startsAt: Instant
    /// `nil`: until it is lifted.
    package let endsAt: Instant?

    package init(startsAt: Instant, endsAt: Instant?) {
        self.startsAt = startsAt
        self.endsAt = endsAt
    }

    package func contains(_ now: Instant) -> Bool {
        startsAt <= now && (endsAt.map { now < $0 } ?? true)
    }
}

extension Suspension.Subject: CustomStringConvertible {
    package var creditor: OrganizationTaxCode? {
        switch self {
        case .creditor(let creditor), .debtType(let creditor, _): creditor
        case .psp, .channel: nil
        }
    }

    package var description: String {
        switch self {
        case .creditor(let creditor): "creditor \(creditor)"
        case .debtType(let creditor, let key): "debt type \(key) of creditor \(creditor)"
        case .psp(let psp): "PSP \(psp)"
        case .channel(let psp, let channel): "channel \(channel) of PSP \(psp)"
        }
    }
}

/// The suspensions that hold at one instant.
package struct ActiveSuspensions: Sendable, Equatable {
    private let bySubject: [Suspension.Subject: Suspension]

    package init(_ all: [Suspension], at now: Instant) {
        bySubject = Dictionary(all.filter { $0.isActive(at: now) }.map { ($0.subject, $0) }) { first, _ in first }
    }

    /// Why no position of this creditor and debt type can be created or paid now.
    package func of(_ creditor: OrganizationTaxCode, debtType key: String) -> Suspension? {
        bySubject[.creditor(creditor)] ?? bySubject[.debtType(creditor, key: key)]
    }

    /// Why no payment can start at this PSP and channel now.
    package func of(_ psp: PSPID, channel: ChannelID) -> Suspension? {
        bySubject[.psp(psp)] ?? bySubject[.channel(psp, channel: channel)]
    }

    fileprivate var isEmpty: Bool { bySubject.isEmpty }
}

extension PSPList {
    /// The list as payers may use it now: without the PSPs and channels that are switched off.
    package func offered(_ suspensions: ActiveSuspensions) -> PSPList {
        if suspensions.isEmpty { return self }
        let offered = psps.map { psp in
            PSP(
                id: psp.id, businessName: psp.businessName, taxCode: psp.taxCode, isEnabled: psp.isEnabled,
                channels: psp.channels.filter { suspensions.of(psp.id, channel: $0.id) == nil })
        }
        return PSPList(version: version, psps: offered, createdAt: createdAt)
    }
}
