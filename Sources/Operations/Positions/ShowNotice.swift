import Accounts
import Documents
import PagoPA
import Requests
import Storage

/// The notices of one position as a PDF.
package struct NoticeDocument: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    /// Of the first installment in the document.
    package let noticeNumber: NoticeNumber
    package let pdf: [UInt8]

    package init(creditor: OrganizationTaxCode, noticeNumber: NoticeNumber, pdf: [UInt8]) {
        self.creditor = creditor
        self.noticeNumber = noticeNumber
        self.pdf = pdf
    }
}

extension PositionOperations {
    /// Returns the payment notice of an installment that can be paid.
    /// - Throws: `Refusal.notFound`, `.noticeNotPossible`.
    package func showNotice(
        of number: Int, on id: Identifier<Position>, for caller: Caller
    ) async throws -> PaymentNotice {
        let position = try await show(id, for: caller).position
        guard let installment = position.installments.first(where: { $0.number == number }) else {
            throw Refusal.notFound
        }
        if let why = PaymentNotice.obstacle(printing: installment, of: position, now: clock()) {
            throw Refusal.noticeNotPossible(why)
        }
        return notice(of: installment, on: position, by: try await issuer(of: position), for: caller)
    }

    /// Returns the payment notices of all installments that can be paid, by number.
    /// - Throws: `Refusal.notFound`; `.noticeNotPossible` with the obstacle of the first installment if none can be paid.
    package func listNotices(of id: Identifier<Position>, for caller: Caller) async throws -> [PaymentNotice] {
        let position = try await show(id, for: caller).position
        let now = clock()
        let printable = position.installments.filter {
            PaymentNotice.obstacle(printing: $0, of: position, now: now) == nil
        }
        if let why = PaymentNotice.obstacle(printingAllOf: position, now: now) { throw Refusal.noticeNotPossible(why) }
        let issuer = try await issuer(of: position)
        return printable.map { notice(of: $0, on: position, by: issuer, for: caller) }
    }

    /// Draws the notices of one page of the list, one document for each position that has an installment to pay.
    /// - Throws: `Refusal.busy` when other documents leave no turn for a long time.
    package func drawNotices(
        _ filter: PositionFilter, creditor: OrganizationTaxCode?, order: PositionOrder, page: PageRequest,
        language: Language, for caller: Caller
    ) async throws -> Page<NoticeDocument> {
        let found = try await list(filter, creditor: creditor, order: order, page: page, for: caller)
        let documents = try await drawNotices(
            of: found.items.map(\.id), within: caller.tenancy, language: language, for: caller)
        let drawn = found.items.compactMap { position -> NoticeDocument? in
            // A position that was paid or cancelled meanwhile has no notice.
            guard case .drawn(let number, let pdf) = documents[position.id] else { return nil }
            return NoticeDocument(creditor: position.creditor, noticeNumber: number, pdf: pdf)
        }
        return Page(items: drawn, next: found.next)
    }

    /// Draws the notices of these positions, one document for each, after two reads for all of them.
    /// - Returns: the outcome of each position that exists within the tenancy.
    /// - Throws: `Refusal.busy` when other documents leave no turn for a long time.
    func drawNotices(
        of ids: [Identifier<Position>], within tenancy: Tenancy, language: Language, for caller: Caller
    ) async throws -> [Identifier<Position>: NoticeBatchItem.Outcome] {
        let positions = try await store.read(within: tenancy, Positions.list(ids, within: tenancy))
        var issuers: [OrganizationTaxCode: (creditor: Creditor, logo: CreditorLogo?)] = [:]
        var outcomes: [Identifier<Position>: NoticeBatchItem.Outcome] = [:]
        let now = clock()
        for position in positions {
            try Task.checkCancellation()
            let printable = position.installments.filter {
                PaymentNotice.obstacle(printing: $0, of: position, now: now) == nil
            }
            guard let first = printable.first else {
                let why = position.installments.first.flatMap {
                    PaymentNotice.obstacle(printing: $0, of: position, now: now)
                }
                outcomes[position.id] = .leftOut(why ?? "The position has no installment.")
                continue
            }
            let issuer: (creditor: Creditor, logo: CreditorLogo?)
            if let known = issuers[position.creditor] {
                issuer = known
            } else {
                issuer = try await self.issuer(of: position)
                issuers[position.creditor] = issuer
            }
            let notices = printable.map { notice(of: $0, on: position, by: issuer, for: caller) }
            outcomes[position.id] = .drawn(
                noticeNumber: first.noticeNumber,
                pdf: try await drawInTurn { try await draw(notices, language: language) })
        }
        return outcomes
    }

    /// A caller who may see the position may see what its creditor prints on every notice.
    private func issuer(of position: Position) async throws -> (creditor: Creditor, logo: CreditorLogo?) {
        let (creditor, logo) = try await store.read(
            within: .everyCreditor, Creditors.show(position.creditor, within: .everyCreditor),
            Logos.show(position.creditor, within: .everyCreditor))
        guard let creditor else { throw Refusal.notFound }
        return (creditor, logo)
    }

    private func notice(
        of installment: Installment, on position: Position, by issuer: (creditor: Creditor, logo: CreditorLogo?),
        for caller: Caller
    ) -> PaymentNotice {
        PaymentNotice(
            creditor: issuer.creditor, logo: issuer.logo, position: position, installment: installment,
            showsContactData: caller.seesContactData)
    }

    /// - Throws: `Refusal.busy` when too many documents are being drawn.
    package func draw(_ notice: PaymentNotice, language: Language) async throws -> [UInt8] {
        try await draw(NoticeContent(notice, language: language))
    }

    /// One document with a part for each notice.
    /// - Parameter notices: of one position.
    /// - Throws: `Refusal.busy`; `.notFound` if there are none.
    package func draw(_ notices: [PaymentNotice], language: Language) async throws -> [UInt8] {
        guard let content = NoticeContent(notices, language: language) else { throw Refusal.notFound }
        return try await draw(content)
    }

    private func draw(_ content: NoticeContent) async throws -> [UInt8] {
        do { return try await receipts.externalServices.drawNotice(content) } catch DocumentFailure.busy {
            throw Refusal.busy(retryAfterSeconds: ReceiptOperations.drawingRetryAfterSeconds)
        }
    }
}
