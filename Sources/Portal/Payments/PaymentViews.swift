import JSON

enum PaymentPages {
    static func methods(_ bill: Bill, _ list: JSONValue, _ visit: Visit) -> Page {
        let texts = visit.texts
        let groups = list.list("groups").filter { !$0.list("methods").isEmpty }
        return Page(title: texts[.chooseMethod], trail: trail(bill, texts)) {
            element("p", ["class": "hint"], texts[.step, "1", "3"])
            summary(bill, texts)
            if groups.isEmpty { element("p", ["class": "notice"], texts[.noMethods]) }
            for part in groups {
                element("h2", [:], texts[title(of: part.text("group"))])
                element("ul", ["class": "choices"]) {
                    for method in part.list("methods") { element("li") { entry(method, bill, texts) } }
                }
            }
        }
    }

    private static func title(of group: String?) -> TextKey {
        switch group {
        case "card": .groupCard
        case "bank_transfer": .groupBank
        default: .groupOther
        }
    }

    private static func entry(_ method: JSONValue, _ bill: Bill, _ texts: Texts) -> HTML {
        let code = method.text("payment_method") ?? ""
        let name = method.text("name") ?? code
        guard method.flag("enabled") else {
            return element("p") { texts.labelled(name, method.text("disabled_reason") ?? "–") }
        }
        return element("a", ["href": "\(bill.path)/\(code)"]) {
            element("strong", [:], name)
            if let low = method.integer("min_fee_cents"), let high = method.integer("max_fee_cents") {
                element(
                    "span", [:],
                    low == high
                        ? texts[.feeExact, texts.euro(low)] : texts[.feeRange, texts.euro(low), texts.euro(high)])
            }
        }
    }

    static func psps(_ bill: Bill, _ choices: [PSPChoice], _ visit: Visit, _ state: FormState) -> Page {
        let texts = visit.texts
        let options = choices.map { choice in
            (
                value: choice.value,
                label: texts[.pspChoice, choice.name, texts.euro(choice.feeCents), texts.euro(choice.totalCents)]
            )
        }
        let fields = [
            Field(name: "psp", kind: .radio(options), label: texts[.psp], hint: texts[.choosePSPIntro]),
            Field(
                name: "email", kind: .email, label: texts[.receiptEmail], autocomplete: "email", isRequired: false,
                maximum: 254),
        ]
        let method = visit.parameters["method"]?.text ?? ""
        return Page(title: texts[.choosePSP], trail: trail(bill, texts), isError: state.hasErrors) {
            element("p", ["class": "hint"], texts[.step, "2", "3"])
            summary(bill, texts)
            if choices.isEmpty {
                element("p", ["class": "notice"], texts[.noMethods])
            } else {
                visit.form(
                    "\(bill.path)/\(method)", fields, submit: texts[.startPayment],
                    hidden: [("key", PortalSession.random()), ("amount", String(bill.amountCents))], state: state
                ).html
            }
            element("p") { element("a", ["href": bill.path], texts[.back]) }
        }
    }

    static func notPayable(_ bill: Bill, _ visit: Visit) -> Page {
        let texts = visit.texts
        return Page(title: texts[.pay], trail: trail(bill, texts)) {
            summary(bill, texts)
            element("div", ["class": "notice", "role": "status"]) { texts[bill.obstacle ?? .notPayable] }
        }
    }

    static func message(for code: String) -> TextKey {
        switch code {
        case "payment-in-progress": .payInProgress
        case "installment-not-payable": .notPayable
        case "position-under-review": .underReview
        case "suspended": .suspended
        case "amount-changed": .amountChanged
        case "no-longer-owed": .noLongerOwed
        case "psp-refused", "psp-unreachable", "psp-timed-out": .pspFailed
        default: .refusedText
        }
    }

    private static func trail(_ bill: Bill, _ texts: Texts) -> [(label: String, path: String)] {
        bill.role == .guest
            ? [(texts[.payNotice], "/notice")]
            : [(texts[.payments], "/payments"), (texts[.details], "/documents/\(bill.positionID)")]
    }

    /// Neither the debtor nor anything else that only its owner may see.
    private static func summary(_ bill: Bill, _ texts: Texts) -> HTML {
        var facts = Facts()
        facts.add(texts[.reason], html: element("bdi", [:], bill.description))
        for part in bill.parts {
            let name = texts[.installment, String(part.number)]
            let due = part.dueDate.map { texts.labelled(texts[.dueDate], texts.day($0)) }
            facts.add(name, bill.parts.count == 1 ? due : "\(texts.euro(part.amountCents)), \(due ?? "")")
            facts.add(texts[.noticeNumber], html: part.noticeNumber.map(texts.notice))
        }
        return group {
            element("p", ["class": "sum"], texts.euro(bill.amountCents))
            facts.html
        }
    }
}

/// Which of several installments to pay.
struct InstallmentChoice: Sendable {
    let position: JSONValue
    let role: PayerRole
    let visit: Visit
    var state = FormState()

    var page: Page {
        let texts = visit.texts
        let id = position.text("id") ?? ""
        let parts = Bill.parts(of: position)
        let options = parts.filter { $0.obstacle == nil }.map { part in
            (value: String(part.number), label: label(part))
        }
        let field = Field(
            name: "number", kind: .checks(options), label: texts[.installments],
            hint: texts[.chooseInstallmentsHint, String(Bill.maximumParts)])
        let trail =
            role == .guest
            ? [(texts[.payNotice], "/notice")]
            : [(texts[.payments], "/payments"), (texts[.details], "/documents/\(id)")]
        return Page(title: texts[.chooseInstallments], trail: trail, isError: state.hasErrors) {
            element("p", ["class": "lead"]) { element("bdi", [:], position.text("description") ?? "") }
            if options.isEmpty {
                element("div", ["class": "notice", "role": "status"]) {
                    texts[parts.lazy.compactMap(\.obstacle).first ?? .notPayable]
                }
            } else {
                visit.form("/pay/\(id)", [field], submit: texts[.proceed], state: state).html
            }
        }
    }

    private func label(_ part: Bill.Part) -> String {
        let texts = visit.texts
        let name = texts.labelled(texts[.installment, String(part.number)], texts.euro(part.amountCents))
        return part.dueDate.map { "\(name) (\(texts.labelled(texts[.dueDate], texts.day($0))))" } ?? name
    }
}
