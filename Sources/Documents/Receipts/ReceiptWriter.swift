import PagoPA
import Text

/// Writes the rows of one version of a receipt.
struct ReceiptWriter {
    typealias Row = ReceiptContent.Row
    typealias Section = ReceiptContent.Section

    let receipt: Receipt
    let context: ReceiptContext
    let audience: ReceiptAudience?
    let language: Language

    var words: Wording<ReceiptText> { Wording(language) }
    var formats: LocalFormats { LocalFormats(language) }

    var creditorName: String { receipt.creditorName ?? context.creditor?.name ?? receipt.creditor.value }

    var creditorLines: [String] {
        [
            words[.taxCode] + " " + receipt.creditor.value, context.creditor?.addressLine,
            context.creditor?.contactLine,
        ].compactMap(\.self)
    }

    var version: String? {
        if receipt.isPaidByDebtor { return nil }
        return switch audience {
        case .payer: words[.payerVersion]
        case .debtor: words[.debtorVersion]
        case nil: nil
        }
    }

    private func rows(_ pairs: (ReceiptText, String?)...) -> [Row] {
        pairs.compactMap { label, text in
            guard let text, !text.isEmpty else { return nil }
            return Row(label: words[label], text: text)
        }
    }

    /// What a person looks for: who, to whom, when, for what, how much.
    var payment: Section {
        let charged = receipt.fee.flatMap { fee in try? receipt.amount.adding(fee) }
        let writtenOff = receipt.status == .settled ? context.decision?.writtenOff : nil
        return Section(
            heading: words[.payment],
            rows: rows(
                (.payer, named(receipt.payer, .payer)), (.debtor, named(receipt.debtor, .debtor)),
                (.creditor, creditorName), (.paidAt, formats.moment(receipt.paidAt)),
                (.description, receipt.description), (.debtType, context.debtType?.description(in: language)),
                (
                    .document,
                    receipt.document.map { words[.documentNumber, ["number": $0.number, "year": String($0.year)]] }
                ),
                (.installment, installment), (.dueDate, dueDate),
                (.amount, receipt.fee.map { _ in formats.money(receipt.amount) }),
                (.fee, receipt.fee.map(formats.money)), (.charged, charged.map(formats.money)),
                (.voidReason, receipt.voided?.reason), (.writtenOff, writtenOff.map(formats.money)))
                + receipt.refunds.map { Row(label: words[.refund], text: words.refund($0)) }, isCompact: false)
    }

    /// `2 di 3`; nothing for a single payment.
    private var installment: String? {
        guard let number = receipt.installmentNumber else { return nil }
        guard let position = context.position else { return String(number) }
        let count = position.installments.count
        return count > 1 ? words[.installmentOf, ["number": String(number), "count": String(count)]] : nil
    }

    private var dueDate: String? {
        context.position?.installments.first { $0.number == receipt.installmentNumber }.map { formats.day($0.dueDate) }
    }

    /// Both names, because one person paid for the other; only the reader's tax code.
    private func named(_ subject: RTSubject?, _ person: ReceiptAudience) -> String? {
        guard let subject else { return nil }
        let name = subject.fullName.flatMap { $0.isEmpty ? nil : $0 }
        // ANONIMO is not shown as a code, because it adds nothing to the name.
        let isAnonymous = name != nil && subject.taxCode == TaxCode.anonymousWord
        let code = receipt.shows(taxCodeOf: person, to: audience) && !isAnonymous ? subject.taxCode : nil
        let parts = [name, code].compactMap(\.self).filter { !$0.isEmpty }
        return parts.isEmpty ? nil : Self.list(parts)
    }

    /// With a left-to-right mark after a part written from right to left: a number after it would be drawn before it.
    private static func list(_ parts: [String]) -> String {
        parts.map { $0.isRightToLeft ? $0 + "\u{200E}" : $0 }.joined(separator: ", ")
    }

    /// The lines of the bill.
    var lines: Section {
        Section(
            heading: words[.lines],
            rows: (context.position?.lines ?? []).map { line in
                let quantity = line.quantity.map { $0 == 1 ? "" : "\($0) × " } ?? ""
                return Row(
                    label: quantity + line.description, text: formats.money(line.amount), hasOwnLabel: false)
            })
    }

    /// The transfers, if there are several.
    var transfers: Section {
        guard receipt.transfers.count > 1 else { return Section(heading: words[.transfers], rows: []) }
        return Section(
            heading: words[.transfers],
            rows: receipt.transfers.map { transfer in
                let name =
                    transfer.creditor == receipt.creditor ? creditorName : context.beneficiaryNames[transfer.creditor]
                let code = name == transfer.creditor.value ? nil : transfer.creditor.value
                let parts = [name, code, formats.money(transfer.amount), transfer.remittance]
                return Row(label: "\(words[.transfer]) \(transfer.index)", text: Self.list(parts.compactMap(\.self)))
            })
    }

    /// The codes by which offices and PSPs find the payment.
    var codes: Section {
        // The IUR is a PSP's number of the payment, and no PSP took part in a payment at the counter.
        let iur = receipt.psp == nil ? nil : receipt.receiptID
        return Section(
            heading: words[.codes],
            rows: rows(
                (.iuv, receipt.iuv.value), (.notice, receipt.noticeNumber?.grouped.onOneLine), (.iur, iur),
                (.context, receipt.paymentContext),
                (.provider, receipt.psp?.businessName), (.providerTaxCode, receipt.psp?.taxCode),
                (.identifier, receipt.psp?.id.description), (.channel, receipt.psp?.channel),
                (.method, receipt.method?.name(in: language)), (.till, receipt.till),
                (.reference, receipt.reference))
                + (receipt.rtSHA256.map { [Row(label: words[.fingerprint], text: $0, isLongCode: true)] } ?? []))
    }
}

extension String {
    /// Whether the text contains letters of a script from right to left, by the ranges that Unicode reserves for them.
    fileprivate var isRightToLeft: Bool {
        unicodeScalars.contains {
            switch $0.value {
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x1_0800...0x1_0FFF, 0x1_E800...0x1_EFFF: true
            default: false
            }
        }
    }
}
