import PagoPA
import TestSupport
import Testing

/// Every member of an RT with every kind of wrong value: one that decides is refused by its name, any other is noted and costs nothing.
@Suite struct RTReaderTests {
    /// The members of an RT by their pointers.
    struct Told {
        var values: [String: RTStatement.Value] = [
            "/receipt_id": .text("R1"), "/outcome": .text("OK"), "/creditor_tax_code": .text("12345678903"),
            "/iuv": .text("02260618143027134"), "/notice_number": .text("302260618143027134"),
            "/amount_cents": .number("4550"), "/fee_cents": .number("150"), "/paid_at": .text("2026-11-20T10:00:00Z"),
            "/attempt_id": .text("0199c0de-0000-7000-8000-000000000001"), "/payment_context": .text("CCP-1"),
            "/payment_method": .text("CP"), "/failure_reason": .text("reason"), "/psp/id": .text("ABCDITMM"),
            "/psp/business_name": .text("Banca Alfa"), "/psp/tax_code": .text("15376371009"),
            "/psp/channel_id": .text("channel_1"), "/transfers/0/index": .number("1"),
            "/transfers/0/creditor_tax_code": .text("12345678903"), "/transfers/0/amount_cents": .number("4550"),
            "/transfers/0/iban": .text("IT60X0542811101000000123456"), "/transfers/0/remittance": .text("Mensa"),
            "/payer/kind": .text("person"), "/payer/tax_code": .text("RSSMRA80A01H501U"),
            "/payer/full_name": .text("Mario Rossi"), "/payer/email": .text("mario@example.org"),
            "/debtor/kind": .text("company"), "/debtor/tax_code": .text("12345678903"),
            "/debtor/full_name": .text("Ditta"), "/debtor/email": .text("ditta@example.org"),
        ]

        func member(_ pointer: String) -> RTStatement.Member {
            RTStatement.Member(pointer, values[pointer] ?? .absent)
        }

        private func subject(_ name: String) -> RTStatement.Subject {
            RTStatement.Subject(
                kind: member("/\(name)/kind"), taxCode: member("/\(name)/tax_code"),
                fullName: member("/\(name)/full_name"), email: member("/\(name)/email"))
        }

        func read() throws -> RT {
            let statement = RTStatement(
                syntax: .json, receiptID: member("/receipt_id"), outcome: member("/outcome"),
                outcomeCode: member("/outcome_code"), creditor: member("/creditor_tax_code"), iuv: member("/iuv"),
                noticeNumber: member("/notice_number"), amount: member("/amount_cents"), paidAt: member("/paid_at"),
                attempt: member("/attempt_id"), context: member("/payment_context"), fees: [member("/fee_cents")],
                psp: RTStatement.PSP(
                    id: member("/psp/id"), businessName: member("/psp/business_name"),
                    taxCode: member("/psp/tax_code"), channel: member("/psp/channel_id")),
                method: member("/payment_method"), transfersPointer: "/transfers",
                transfers: [
                    RTStatement.Transfer(
                        pointer: "/transfers/0", index: member("/transfers/0/index"),
                        creditor: member("/transfers/0/creditor_tax_code"),
                        amount: member("/transfers/0/amount_cents"), iban: member("/transfers/0/iban"),
                        remittance: member("/transfers/0/remittance"), valueDate: member("/transfers/0/value_date"))
                ], payer: subject("payer"), debtor: subject("debtor"), failureReason: member("/failure_reason"),
                notes: RTNotes())
            return try RTReader.read(
                statement, from: PSPID("ABCDITMM"), receivedAt: Instant(rfc3339: "2026-11-20T10:00:30Z"))
        }

        func with(_ pointer: String, _ value: RTStatement.Value) -> Told {
            var copy = self
            copy.values[pointer] = value
            return copy
        }

        func faults() -> [Fault] {
            do {
                _ = try read()
                return []
            } catch { return (error as? RTReadFailure)?.faults ?? [] }
        }
    }

    /// The members that are for display, with the value that the RT shows.
    private static let shown: [String: @Sendable (RT) -> String?] = [
        "/notice_number": { $0.noticeNumber?.value }, "/fee_cents": { $0.fee.map { String($0.cents) } },
        "/attempt_id": { $0.attempt?.description }, "/payment_context": \.paymentContext,
        "/payment_method": { $0.method?.code }, "/failure_reason": \.failureReason, "/psp/id": { $0.psp.id.value },
        "/psp/business_name": { $0.psp.businessName }, "/psp/tax_code": { $0.psp.taxCode },
        "/psp/channel_id": { $0.psp.channel }, "/transfers/0/index": { $0.transfers.first.map { String($0.index) } },
        "/transfers/0/creditor_tax_code": { $0.transfers.first?.creditor.value },
        "/transfers/0/amount_cents": { $0.transfers.first.map { String($0.amount.cents) } },
        "/transfers/0/iban": { $0.transfers.first?.iban },
        "/transfers/0/remittance": { $0.transfers.first?.remittance },
        "/payer/kind": { $0.payer?.kind?.rawValue }, "/payer/tax_code": { $0.payer?.taxCode },
        "/payer/full_name": { $0.payer?.fullName }, "/payer/email": { $0.payer?.email?.value },
        "/debtor/kind": { $0.debtor?.kind?.rawValue }, "/debtor/tax_code": { $0.debtor?.taxCode },
        "/debtor/full_name": { $0.debtor?.fullName }, "/debtor/email": { $0.debtor?.email?.value },
    ]

    private static let deciding = [
        "/receipt_id", "/outcome", "/creditor_tax_code", "/iuv", "/amount_cents", "/paid_at",
    ]

    private static let wrong: [RTStatement.Value] = [
        .absent, .null, .other("an object"), .text(""), .text(" \t"), .text("\u{0}"), .text("\u{202E}"), .number("-1"),
        .number("1e400"), .text("a\r\nb"), .text("è漢 👩‍👩‍👧"), .text("'; DROP TABLE receipts; --"),
        .text(String(repeating: "x", count: 5_000)), .text(String(repeating: "9", count: 5_000)),
    ]

    private static func expectSamePayment(_ rt: RT, _ what: String) throws {
        #expect(rt.receiptID == "R1" && rt.outcome == .executed && rt.creditor.value == "12345678903", "\(what)")
        #expect(rt.iuv.value == "02260618143027134" && rt.amount.cents == 4_550, "\(what)")
        #expect(rt.paidAt.rfc3339 == "2026-11-20T10:00:00Z" && !rt.notes.contradictMoney, "\(what) \(rt.notes)")
    }

    @Test func `the RT that all tests change is read without a note`() throws {
        let rt = try Told().read()
        #expect(rt.notes.isEmpty)
        for (pointer, value) in Self.shown {
            switch Told().values[pointer] {
            case .text(let text), .number(let text): #expect(value(rt) == text, "\(pointer)")
            case .absent, .null, .other, nil: Issue.record("\(pointer)")
            }
        }
    }

    @Test func `no value of a member for display changes the payment, and none is changed without a note`() throws {
        for (pointer, shown) in Self.shown {
            for value in Self.wrong {
                let what = "\(pointer) \(String(describing: value).prefix(40))"
                let rt = try Told().with(pointer, value).read()
                try Self.expectSamePayment(rt, what)
                let isNoted = rt.notes.contains { $0.pointer == pointer }
                switch value {
                case .absent: #expect(rt.notes.allSatisfy { [.missing, .omitted].contains($0.code) }, "\(what)")
                case .text(let text): #expect(isNoted || shown(rt) == text, "\(what)")
                case .null, .other, .number: #expect(isNoted, "\(what)")
                }
                // No member but the wrong one is noted.
                #expect(rt.notes.allSatisfy { $0.pointer == pointer }, "\(what) \(rt.notes)")
                if let text = shown(rt) { #expect((try? boundedText(text, 1...500)) == text, "\(what)") }
            }
        }
    }

    @Test func `no note contains the value that it is about`() throws {
        for pointer in Self.shown.keys {
            for value in [RTStatement.Value.text("s3cr\u{0}et"), .number("s3cret"), .text(" s3cret ")] {
                let rt = try Told().with(pointer, value).read()
                #expect(rt.notes.allSatisfy { !$0.detail.contains("s3cr") && !$0.pointer.contains("s3cr") })
            }
        }
    }

    @Test func `each member that decides is refused alone, with a code that says why`() {
        // Without the notice number, from which the service would take the IUV.
        let told = Told().with("/notice_number", .absent)
        for pointer in Self.deciding {
            let isOutcome = pointer == "/outcome"
            for (value, code) in [
                (.absent, FaultCode.required),
                (.null, isOutcome ? .unknownValue : pointer == "/iuv" ? .badFormat : .wrongType),
                (.other("an array"), isOutcome ? .unknownValue : pointer == "/iuv" ? .badFormat : .wrongType),
                (.text(""), isOutcome ? .unknownValue : .badFormat),
                (.text("a\u{0}b"), isOutcome ? .unknownValue : .badFormat),
                (.text(String(repeating: "x", count: 5_000)), isOutcome ? .unknownValue : .badFormat),
            ] as [(RTStatement.Value, FaultCode)] {
                let faults = told.with(pointer, value).faults()
                #expect(faults.map(\.pointer) == [pointer] && faults.map(\.code) == [code], "\(pointer) \(faults)")
            }
        }
    }

    @Test(
        arguments: [
            ("/receipt_id", [.number("12"), .text(" R1 "), .text(String(repeating: "r", count: 36))]),
            ("/outcome", [.text("ok"), .text(" OK "), .text("0"), .number("0")]),
            ("/creditor_tax_code", [.number("12345678903"), .text("IT12345678903"), .text("123 456 789 03")]),
            ("/iuv", [.number("2260618143027134"), .text(" 02260618143027134"), .text("0226\u{A0}0618143027134")]),
            ("/amount_cents", [.text("4550"), .number("4550.0"), .number("4550.000"), .number("04550")]),
            ("/paid_at", [.text("2026-11-20T10:00Z"), .text("2026-11-20T11:00:00"), .text("2026-11-20")]),
        ] as [(String, [RTStatement.Value])])
    func `another spelling of a member that decides is accepted with a note`(
        pointer: String, values: [RTStatement.Value]
    ) throws {
        for value in values {
            let rt = try Told().with(pointer, value).read()
            #expect(rt.notes.contains { $0.pointer == pointer && $0.code == .nonstandard }, "\(value) \(rt.notes)")
            #expect(rt.amount.cents == 4_550 && rt.outcome == .executed && rt.creditor.value == "12345678903")
        }
    }

    @Test func `an RT with any number of wrong members is refused exactly for those that decide`() throws {
        var random = SeededRandom(seed: 91)
        let decidingAlways = Self.deciding.filter { $0 != "/iuv" }
        let clearlyWrong: [RTStatement.Value] = [.absent, .null, .other("true"), .text("\u{0}")]
        for _ in 0..<1_000 {
            var told = Told()
            var expected: Set<String> = []
            for pointer in told.values.keys.sorted() where Int.random(in: 0..<4, using: &random) == 0 {
                told.values[pointer] = clearlyWrong.randomElement(using: &random)
                if decidingAlways.contains(pointer) { expected.insert(pointer) }
            }
            func isWrong(_ pointer: String) -> Bool { told.values[pointer] != Told().values[pointer] }
            let isIUVLost = isWrong("/iuv") && isWrong("/notice_number")
            let faults = told.faults()
            let named = Set(faults.map(\.pointer))
            #expect(named.subtracting(["/iuv", "/notice_number"]) == expected, "\(faults)")
            #expect(named.contains("/iuv") || named.contains("/notice_number") ? isIUVLost : !isIUVLost, "\(faults)")
            if expected.isEmpty, !isIUVLost {
                let rt = try told.read()
                #expect(rt.amount.cents == 4_550 && rt.iuv.value == "02260618143027134")
                #expect(rt.notes.allSatisfy { isWrong($0.pointer) || $0.pointer == "/transfers" }, "\(rt.notes)")
            }
        }
    }

    @Test func `the number of an outcome decides over its word unless they contradict each other`() throws {
        let words: [(String, RTOutcome?)] = [
            ("OK", .executed), ("KO", .notExecuted), ("0", .executed), ("3", .timePassed), ("maybe", nil),
        ]
        for (word, named) in words {
            for code in RTOutcome.allCases {
                let told = Told().with("/outcome", .text(word)).with("/outcome_code", .number(String(code.rawValue)))
                let isWord = Int(word) == nil
                let fits = named.map { isWord ? $0.movedMoney == code.movedMoney : $0 == code } ?? true
                if fits {
                    #expect(try told.read().outcome == code, "\(word) \(code)")
                } else {
                    #expect(told.faults().map(\.pointer) == ["/outcome_code"], "\(word) \(code)")
                }
            }
        }
    }

    @Test func `the sum of the transfers, the amount and the outcome contradict each other in a fixed set of cases`()
        throws
    {
        for outcome in RTOutcome.allCases {
            for amount in [0, 1, 4_550] as [Int64] {
                for part in [0, 1, 4_550] as [Int64] {
                    let told = Told().with("/outcome", .number(String(outcome.rawValue)))
                        .with("/amount_cents", .number(String(amount)))
                        .with("/transfers/0/amount_cents", .number(String(part)))
                    let rt = try told.read()
                    let contradicts = outcome.movedMoney ? amount == 0 || part != amount : part > 0
                    #expect(rt.notes.contradictMoney == contradicts, "\(outcome) \(amount) \(part)")
                    #expect(rt.amount.cents == amount && rt.transfers.map(\.amount.cents) == [part])
                }
            }
        }
    }

    @Test func `notes about money have their own room among the notes`() {
        var notes = RTNotes()
        for number in 0..<200 { notes.add("/k\(number)", .unknownMember, "is not known") }
        #expect(notes.items.count == RTNotes.maximum - 10 && !notes.items.contradictMoney)
        for _ in 0..<20 { notes.add("/amount_cents", .contradictsMoney, "is 0") }
        #expect(notes.items.count == RTNotes.maximum && notes.items.count { $0.code == .contradictsMoney } == 10)
        let long = RTNote(String(repeating: "/p", count: 400), .omitted, String(repeating: "d\u{202E}", count: 600))
        #expect(long.pointer.count == 300 && long.detail.count == 500 && !long.detail.contains("\u{202E}"))
    }
}
