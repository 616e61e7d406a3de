import Foundation
import JSON

/// A payment that was made at the creditor's counter.
extension PortalApp {
    static let deskCounterRoutes: [Route] = [
        .get("/desk/positions/:id/counter", .staff([.positionsWrite])) { app, visit in try await app.showCounter(visit)
        },
        .post("/desk/positions/:id/counter", .staff([.positionsWrite])) { app, visit in
            try await app.recordCounterPayment(&visit)
        },
    ]

    private func showCounter(_ visit: Visit, _ state: FormState? = nil, status: Int = 200) async throws -> PageResponse
    {
        let (position, tag) = try await tagged("/v1/positions/\(try visit.parameter("id").text)", visit)
        return .page(DeskCounterPage(visit: visit, position: position, tag: tag).page(state), status: status)
    }

    private func recordCounterPayment(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        var state = FormState(values: visit.form)
        let installment = visit.field("installment").flatMap { Int64($0) }
        let cents = visit.field("amount").flatMap(TypedAmount.cents)
        let paidAt = RomeTime.instant(day: visit.field("day"), time: visit.field("time"))
        let (till, reference) = (visit.field("till"), visit.field("reference"))
        if installment == nil { state.errors["installment"] = visit.texts[.errorRequired] }
        if cents == nil { state.errors["amount"] = visit.texts[.errorInvalid] }
        if paidAt == nil { state.errors["day"] = visit.texts[.errorInvalid] }
        if till == nil { state.errors["till"] = visit.texts[.errorRequired] }
        if reference == nil { state.errors["reference"] = visit.texts[.errorRequired] }
        guard !state.hasErrors else { return try await showCounter(visit, state, status: 422) }
        let body = JSONWriter.object { json in
            json.field("installment", installment)
            json.field("amount_cents", cents)
            json.field("paid_at", paidAt)
            json.field("till", till)
            json.field("reference", reference)
        }
        do {
            let request = visit.request("/v1/positions/\(id)/counter-payments", body)
            _ = try await api.json(request, as: visit.caller)
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { pointer in
                switch pointer {
                case "/amount_cents": "amount"
                case "/paid_at": "day"
                default: String(pointer.dropFirst())
                }
            }
            return try await showCounter(visit, state, status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/positions/\(id)")
    }
}

struct DeskCounterPage: Sendable {
    let visit: Visit
    let position: JSONValue
    let tag: String

    func page(_ state: FormState?) -> Page {
        let texts = visit.texts
        let id = position.text("id") ?? ""
        let owed = position.list("installments").filter {
            $0.text("paid_at") == nil && $0.text("status") != "cancelled"
        }
        let choices = owed.map { item in
            let number = "\(item.integer("number") ?? 0)"
            return (number, texts.labelled(texts[.installment, number], texts.euro(item.integer("amount_cents") ?? 0)))
        }
        let now = RomeTime.parts(visit.now)
        let first = FormState(values: [
            "amount": TypedAmount.text(owed.first?.integer("amount_cents") ?? 0), "day": now.day, "time": now.time,
        ])
        let fields = [
            Field(name: "installment", kind: .select(choices), label: texts[.installments], maximum: nil),
            Field(name: "amount", label: texts[.amount], maximum: 20, inputMode: "decimal"),
            Field(name: "day", kind: .date, label: texts[.paidAt], maximum: nil),
            Field(name: "time", kind: .time, label: texts[.deskTime], maximum: nil),
            Field(name: "till", label: texts[.deskTill], hint: texts[.deskTillHint], maximum: 70),
            Field(name: "reference", label: texts[.deskReference], hint: texts[.deskReferenceHint], maximum: 35),
        ]
        return Page(
            title: texts[.deskCounter], trail: [(texts[.deskPosition], "/desk/positions/\(id)")],
            isError: state?.hasErrors == true
        ) {
            element("p", ["class": "lead"]) { element("bdi", [:], position.text("description") ?? "") }
            visit.decision(
                "/desk/positions/\(id)/counter", fields, submit: texts[.deskCounter], tag: tag, state: state ?? first
            ).html
        }
    }
}

/// Days and times as people in Italy write them, and instants of the service.
enum RomeTime {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Europe/Rome") ?? .gmt
        return calendar
    }()

    /// `2026-11-23` and `10:30` are `2026-11-23T09:30:00Z`; nil if one is no day or time.
    static func instant(day: String?, time: String?) -> String? {
        let date = (day ?? "").split(separator: "-").compactMap { Int($0) }
        let clock = (time ?? "").split(separator: ":").prefix(2).compactMap { Int($0) }
        guard date.count == 3, clock.count == 2, let year = date.first, let month = date.dropFirst().first,
            let day = date.last, let hour = clock.first, let minute = clock.last, (1_900...2_999).contains(year),
            (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        let parts = DateComponents(year: year, month: month, day: day, hour: hour, minute: minute)
        // The calendar turns 31 February into a day of March.
        let noon = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12))
        guard let noon, calendar.component(.day, from: noon) == day else { return nil }
        return calendar.date(from: parts)?.formatted(.iso8601)
    }

    static func parts(_ date: Date) -> (day: String, time: String) {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func two(_ number: Int?) -> String {
            let number = number ?? 0
            return number < 10 ? "0\(number)" : "\(number)"
        }
        return ("\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))", "\(two(parts.hour)):\(two(parts.minute))")
    }
}
