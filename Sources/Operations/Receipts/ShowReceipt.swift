import Accounts
import Documents
import PagoPA
import Requests
import Storage

extension ReceiptOperations {
    package func show(_ id: Identifier<Receipt>, for caller: Caller) async throws -> Receipt {
        guard let receipt = try await store.read(within: caller.tenancy, Receipts.show(id, within: caller.tenancy))
        else { throw Refusal.notFound }
        let shown = caller.seesContactData ? receipt : receipt.withoutContactData
        return caller.seesSenders ? shown : shown.withoutSender
    }

    /// Returns one page of payments for 'Archivio', newest first.
    package func list(
        _ filter: ReceiptFilter, creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<Receipt> {
        try caller.demandNamed(filter.taxCode, at: "/tax_code")
        return try await store.readList(
            within: caller.tenancy, Receipts.list(filter, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    /// Returns the RT's bytes as received.
    /// - Throws: `Refusal.proofRequired` for a citizen who has not signed in with a card, because the PSP's document cannot be shown in
    ///   part.
    package func showRT(_ id: Identifier<Receipt>, for caller: Caller) async throws -> RTBytes {
        let (receipt, bytes) = try await store.read(
            within: caller.tenancy, Receipts.show(id, within: caller.tenancy),
            Receipts.bytes(of: id, within: caller.tenancy))
        guard receipt != nil else { throw Refusal.notFound }
        guard caller.seesContactData else { throw Refusal.proofRequired }
        guard let bytes else { throw Refusal.notFound }
        return bytes
    }

    /// Returns the official RT of a payment: the PSP's own document if it sent one, else a document generated from the stored data.
    /// - Throws: `Refusal.notFound` for a payment without a PSP, such as a counter payment.
    package func showOfficialRT(_ id: Identifier<Receipt>, for caller: Caller) async throws -> [UInt8] {
        let receipt = try await show(id, for: caller)
        guard let psp = receipt.psp else { throw Refusal.notFound }
        // A caller who may see the receipt gets the whole document. For callers without access to contact data it is generated again.
        let (sent, attempt, position) = try await store.read(
            within: .everyCreditor, Receipts.bytes(of: id, within: .everyCreditor),
            Query.ifPresent(receipt.attempt) { PaymentAttempts.show($0, within: .everyCreditor) },
            Query.ifPresent(receipt.position) { Positions.show($0, within: .everyCreditor) })
        if caller.seesContactData, let sent, sent.contentType == "application/xml" { return sent.bytes }
        let request = attempt.map {
            RTRequest(id: $0.id.withoutHyphens, day: CalendarDate(romeDayOf: $0.createdAt))
        }
        let installment = position?.installments.first { $0.number == receipt.installmentNumber }
        return RTDocument.write(
            receipt, of: psp, request: request, taxonomy: installment?.taxonomyCodes(of: receipt.transfers) ?? [:])
    }

    /// Returns the receipt as a PDF. Only payments that belong to a position have one. A citizen gets their own version.
    /// - Parameter audience: the requested version. `nil` means the debtor's version or, for a citizen, their own.
    /// - Throws: `Refusal.notFound`, also for a version that belongs to another person.
    package func showPDF(
        _ id: Identifier<Receipt>, for audience: ReceiptAudience? = nil, language: Language, by caller: Caller
    ) async throws -> [UInt8] {
        let receipt = try await show(id, for: caller)
        guard receipt.hasPDF else { throw Refusal.notFound }
        guard let version = receipt.audience(asked: audience, by: caller.person) else {
            throw Refusal.notFound
        }
        return try await draw(receipt, for: version, language: language)
    }

    static var drawingRetryAfterSeconds: Int { 2 }

    /// Draws the current state of the receipt, with decisions, refunds and voiding.
    /// - Throws: `Refusal.busy` when too many receipts are being drawn.
    func draw(_ receipt: Receipt, for audience: ReceiptAudience?, language: Language) async throws -> [UInt8] {
        var context = try await context(of: receipt)
        context.verificationURL = verificationCodes.url(of: receipt.id, for: audience)
        do {
            return try await externalServices.drawReceipt(
                ReceiptContent(receipt, context, for: audience, language: language))
        } catch DocumentFailure.busy {
            throw Refusal.busy(retryAfterSeconds: Self.drawingRetryAfterSeconds)
        }
    }

    /// Payers cannot list decisions or see the position of another debtor, but the receipt mentions them, so this reads within the
    /// widest tenancy.
    private func context(of receipt: Receipt) async throws -> ReceiptContext {
        let (debtType, decision, creditor, logo, position) = try await store.read(
            within: .everyCreditor,
            Creditors.debtType(receipt.debtTypeKey ?? "", of: receipt.creditor, within: .everyCreditor),
            Decisions.about(receipt.id), Creditors.show(receipt.creditor, within: .everyCreditor),
            Logos.show(receipt.creditor, within: .everyCreditor),
            Query.ifPresent(receipt.position) { Positions.show($0, within: .everyCreditor) })
        let others = Set(receipt.transfers.map(\.creditor)).subtracting([receipt.creditor])
        let names =
            others.isEmpty
            ? [:]
            : try await store.read(within: .everyCreditor, Creditors.names(of: others.sorted { $0.value < $1.value }))
        return ReceiptContext(
            decision: decision, debtType: debtType, creditor: creditor, logo: logo,
            // A copy for another beneficiary belongs to a position of somebody else.
            position: receipt.copyOf == nil ? position : nil, beneficiaryNames: names)
    }
}
