import JSON

/// The rest of a partly paid debt: no longer claimed, or claimed again.
extension PortalApp {
    static let deskRestRoutes: [Route] = DeskRestChange.allCases.map { change -> Route in
        .post("/desk/positions/:id/\(change.rawValue)", .staff([.positionsWrite])) { app, visit in
            try await app.apply(change, &visit)
        }
    }

    private func apply(_ change: DeskRestChange, _ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        guard let reason = visit.field(change.field) else {
            var state = FormState(values: visit.form)
            state.errors[change.field] = visit.texts[.errorRequired]
            return try await showDeskPosition(visit, rest: (change, state), status: 422)
        }
        do {
            let body = JSONWriter.object { $0.field("reason", reason) }
            _ = try await api.json(
                visit.request("/v1/positions/\(id)/rest/\(change.rawValue)", body), as: visit.caller)
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { _ in change.field }
            return try await showDeskPosition(visit, rest: (change, state), status: Self.status(of: problem))
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/positions/\(id)")
    }
}

/// What staff do with the rest, as the service names it.
enum DeskRestChange: String, Sendable, CaseIterable {
    case writeOff = "write-off"
    case undoWriteOff = "undo-write-off"

    /// Whether the position may allow it. The service knows whether something happened since a write-off.
    func isOffered(for position: JSONValue) -> Bool {
        let parts = position.list("installments")
        guard !position.flag("under_review"), !parts.contains(where: { $0.flag("payment_in_progress") }) else {
            return false
        }
        switch self {
        case .writeOff:
            return ["partially_paid", "expired"].contains(position.text("status"))
                && parts.contains { $0.text("paid_at") != nil } && (position.integer("residual_cents") ?? 0) > 0
        case .undoWriteOff:
            return ["partially_paid", "expired", "paid"].contains(position.text("status"))
                && parts.contains { $0.text("status") == "written_off" }
        }
    }

    /// The field of the reason: two forms of one page have no field in common.
    var field: String {
        switch self {
        case .writeOff: "write_off_reason"
        case .undoWriteOff: "undo_reason"
        }
    }

    var button: TextKey {
        switch self {
        case .writeOff: .deskWriteOff
        case .undoWriteOff: .deskUndoWriteOff
        }
    }

    var text: TextKey {
        switch self {
        case .writeOff: .deskWriteOffText
        case .undoWriteOff: .deskUndoWriteOffText
        }
    }
}

/// The forms of the changes that a position offers.
struct DeskRestForms: Sendable {
    let visit: Visit
    let position: JSONValue
    let tag: String
    /// The change that was refused.
    let refused: (change: DeskRestChange, state: FormState)?

    var html: HTML? {
        guard visit.allows(.positionsWrite) else { return nil }
        let offered = DeskRestChange.allCases.filter { $0.isOffered(for: position) || $0 == refused?.change }
        guard !offered.isEmpty else { return nil }
        return group {
            for change in offered {
                element("h2", [:], visit.texts[change.button])
                element("p", [:], visit.texts[change.text])
                visit.decision(
                    "/desk/positions/\(position.text("id") ?? "")/\(change.rawValue)",
                    [
                        Field(
                            name: change.field, kind: .area, label: visit.texts[.deskWhy],
                            hint: visit.texts[.deskWhyHint], maximum: 500)
                    ], submit: visit.texts[change.button], tag: tag,
                    state: change == refused?.change ? refused?.state ?? FormState() : FormState()
                ).secondary
            }
        }
    }
}
