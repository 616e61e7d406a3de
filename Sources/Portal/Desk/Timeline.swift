import Foundation
import JSON

/// What happened to a payment, in the order of time.
struct Timeline: Sendable {
    struct Entry: Sendable {
        /// An instant in UTC.
        let at: String
        let title: String
        var facts = Facts()
        var links: [(label: String, path: String)] = []
        /// An entry of the journal repeats in detail what other entries show.
        var isDetail = false
    }

    let record: DeskRecord
    let texts: Texts

    var html: HTML {
        group {
            element("ol", ["class": "timeline"]) {
                for entry in entries { Self.item(entry, texts) }
            }
            if !record.hidden.isEmpty {
                element(
                    "p", ["class": "hint"],
                    texts[.deskHidden, record.hidden.map { texts[$0] }.joined(separator: ", ")])
            }
        }
    }

    /// Entries of one instant are in the order cause before effect.
    var entries: [Entry] {
        let all =
            (record.position.map { [created($0)] } ?? []) + record.attempts.flatMap(attempt)
            + record.receipts.flatMap(receipt)
            + record.anomalies.flatMap(anomaly) + record.refunds.flatMap(refund) + record.mails.flatMap(mail)
            + record.journal.map(journal)
        let dated = all.enumerated().map { (Self.date($0.element.at), $0.offset, $0.element) }
        return dated.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    private static func date(_ text: String) -> Date {
        (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: .iso8601.day().month().year()))
            ?? .distantPast
    }

    private static func item(_ entry: Entry, _ texts: Texts) -> HTML {
        element("li", ["class": entry.isDetail ? "detail" : nil]) {
            element("p", ["class": "when"]) {
                element(
                    "time", ["datetime": entry.at],
                    entry.at.contains("T") ? texts.instant(entry.at) : texts.day(entry.at))
            }
            element("h3", [:], entry.title)
            if !entry.facts.pairs.isEmpty { entry.facts.html }
            if !entry.links.isEmpty {
                element("p", ["class": "links"]) {
                    for link in entry.links { element("a", ["href": link.path], link.label) }
                }
            }
        }
    }

    // MARK: Entries

    private func created(_ position: JSONValue) -> Entry {
        var entry = Entry(at: position.text("created_at") ?? "", title: texts[.deskCreated])
        entry.facts.add(texts[.amount], position.integer("total_cents").map(texts.euro))
        return entry
    }

    private func attempt(_ attempt: JSONValue) -> [Entry] {
        var start = Entry(at: attempt.text("created_at") ?? "", title: texts[.deskAttemptStarted])
        start.facts.add(texts[.psp], attempt["psp"]?.text("business_name"))
        start.facts.add(texts[.total], attempt.integer("total_cents").map(texts.euro))
        for item in attempt.list("installments") {
            start.facts.add(texts[.noticeNumber], html: item.text("notice_number").map(texts.notice))
        }
        start.facts.add(texts[.status], texts.word("attempt", attempt.text("status")))
        guard let finished = attempt.text("finished_at") else { return [start] }
        let title = texts[.deskAttemptEnded, texts.word("attempt", attempt.text("status"))]
        var end = Entry(at: finished, title: title)
        if let reason = attempt.text("failure_reason") {
            end.facts.add(texts[.deskWhy], html: english(reason) ?? .empty)
        }
        return [start, end]
    }

    private func receipt(_ receipt: JSONValue) -> [Entry] {
        let id = receipt.text("id") ?? ""
        let isCounter = receipt.text("origin") == "counter"
        let title = isCounter ? texts[.originCounter] : texts[.deskRTArrived]
        var entry = Entry(at: receipt.text("received_at") ?? receipt.text("paid_at") ?? "", title: title)
        entry.facts.add(texts[.amount], receipt.integer("amount_cents").map(texts.euro))
        entry.facts.add(texts[.paidAt], receipt.text("paid_at").map(texts.instant))
        let isFailed = receipt.text("outcome") == "KO"
        entry.facts.add(
            texts[.status], isFailed ? texts[.receiptFailed] : texts.word("receipt", receipt.text("status")))
        entry.facts.add(texts[.psp], receipt["psp"]?.text("business_name"))
        entry.facts.add(texts[.iuv], receipt.text("iuv"))
        entry.links = [(texts[.details], "/desk/receipts/\(id)")] + DeskEvidence.links(of: receipt, texts)
        guard let voided = receipt.text("voided_at") else { return [entry] }
        var end = Entry(at: voided, title: texts[.receiptVoided])
        if let reason = receipt.text("void_reason") { end.facts.add(texts[.deskWhy], reason) }
        return [entry, end]
    }

    private func anomaly(_ anomaly: JSONValue) -> [Entry] {
        let link = (label: texts[.details], path: "/desk/anomalies/\(anomaly.text("id") ?? "")")
        let kind = texts.word("anomaly", anomaly.text("kind"))
        var opened = Entry(at: anomaly.text("opened_at") ?? "", title: texts[.deskAnomalyOpened, kind], links: [link])
        opened.facts.add(texts[.amount], anomaly.integer("amount_cents").map(texts.euro))
        opened.facts.add(
            texts[.status], texts[anomaly.text("status") == "open" ? .deskStateOpen : .deskStateResolved])
        guard let resolvedAt = anomaly.text("resolved_at") else { return [opened] }
        let resolution = texts.word("resolution", anomaly.text("resolution"))
        var resolved = Entry(at: resolvedAt, title: texts[.deskDecided, resolution], links: [link])
        resolved.facts.add(texts[.deskWhy], anomaly.text("reason"))
        resolved.facts.add(texts[.deskWho], anomaly.text("resolved_by"))
        resolved.facts.add(texts[.deskWrittenOff], anomaly.integer("written_off_cents").map(texts.euro))
        return [opened, resolved]
    }

    private func refund(_ refund: JSONValue) -> [Entry] {
        let link = (label: texts[.details], path: "/desk/refunds/\(refund.text("id") ?? "")")
        var decided = Entry(at: refund.text("created_at") ?? "", title: texts[.deskRefundDecided], links: [link])
        decided.facts.add(texts[.amount], refund.integer("amount_cents").map(texts.euro))
        decided.facts.add(texts[.deskWho], refund.text("decided_by"))
        decided.facts.add(texts[.deskWhy], refund.text("reason"))
        guard let status = refund.text("status"), status != "decided", let changed = refund.text("updated_at") else {
            return [decided]
        }
        var end = Entry(at: changed, title: texts.word("refund", status))
        end.facts.add(texts[.deskReference], refund.text("reference"))
        return [decided, end]
    }

    private func mail(_ mail: JSONValue) -> [Entry] {
        let kind = texts.word("mail", mail.text("kind"))
        var entry = Entry(at: mail.text("created_at") ?? "", title: texts[.deskMailOf, kind])
        if let id = mail.text("id") { entry.links = [(texts[.details], "/desk/mails/\(id)")] }
        entry.facts.add(texts[.deskRecipient], mail.text("recipient_masked"))
        entry.facts.add(texts[.status], texts.word("delivery", mail.text("status")))
        if let reason = mail.text("skipped_reason") ?? mail.text("last_error") {
            entry.facts.add(texts[.deskWhy], html: english(reason) ?? .empty)
        }
        return [entry]
    }

    private func journal(_ item: JSONValue) -> Entry {
        let number = item.integer("number").map { " \($0)" } ?? ""
        var entry = Entry(at: item.text("at") ?? "", title: texts[.deskJournal] + number, isDetail: true)
        entry.facts.add(texts[.deskKind], html: english(item.text("kind")) ?? .empty)
        entry.facts.add(texts[.deskWho], html: english(item.text("actor")) ?? .empty)
        if let from = item.text("from"), let to = item.text("to") {
            entry.facts.add(texts[.status], html: english("\(from) → \(to)") ?? .empty)
        }
        if let note = item.text("note") { entry.facts.add(texts[.deskWhy], html: english(note) ?? .empty) }
        return entry
    }
}
