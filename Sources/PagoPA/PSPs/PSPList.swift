import Text

/// Identificativo PSP: a BIC of 8 or 11, or "ABI" and 5 digits; `[A-Z0-9_]{6,35}` here, so that test PSPs fit.
package struct PSPID: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        guard (6...35).contains(value.utf8.count), value.utf8.allSatisfy(isIdentifierByte) else {
            throw InvalidValue(.badFormat, "must be 6 to 35 letters, digits, hyphens or underscores")
        }
        self.value = value
    }

    package var description: String { value }
}

/// Identificativo canale, such as `12345678903_01`.
package struct ChannelID: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        guard (1...35).contains(value.utf8.count), value.utf8.allSatisfy(isIdentifierByte) else {
            throw InvalidValue(.badFormat, "must be 1 to 35 letters, digits, hyphens or underscores")
        }
        self.value = value
    }

    package var description: String { value }
}

private func isIdentifierByte(_ byte: UInt8) -> Bool {
    byte.isAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
}

/// Fascia di costo: the fee for payments up to and including an amount.
package struct FeeBand: Sendable, Equatable {
    package let upTo: Amount
    package let fee: Amount

    package init(upTo: Amount, fee: Amount) {
        self.upTo = upTo
        self.fee = fee
    }
}

/// Canale: a channel of a PSP for one payment method.
package struct Channel: Sendable, Equatable {
    package let id: ChannelID
    package let method: PaymentMethod
    package let startURL: String
    package let names: [Language: String]
    /// Ascending by `upTo`; amounts above the last band are not accepted.
    package let feeBands: [FeeBand]

    package init(
        id: ChannelID, method: PaymentMethod, startURL: String, names: [Language: String], feeBands: [FeeBand]
    ) {
        self.id = id
        self.method = method
        self.startURL = startURL
        self.names = names
        self.feeBands = feeBands
    }

    /// The fee of the first band that covers the amount; `nil`: the channel does not accept the amount, or the sum of amount and
    /// fee exceeds the maximum of one payment.
    package func fee(for amount: Amount) -> Amount? {
        guard let fee = feeBands.first(where: { amount <= $0.upTo })?.fee, (try? amount.adding(fee)) != nil else {
            return nil
        }
        return fee
    }

    package func name(in language: Language) -> String {
        names[language] ?? names[.it] ?? method.name(in: language)
    }
}

/// Prestatore di servizi di pagamento.
package struct PSP: Sendable, Equatable {
    package let id: PSPID
    package let businessName: String
    package let taxCode: OrganizationTaxCode?
    package let isEnabled: Bool
    package let channels: [Channel]

    package init(
        id: PSPID, businessName: String, taxCode: OrganizationTaxCode?, isEnabled: Bool, channels: [Channel]
    ) {
        self.id = id
        self.businessName = businessName
        self.taxCode = taxCode
        self.isEnabled = isEnabled
        self.channels = channels
    }
}

/// The current list of PSPs, always replaced as a whole.
package struct PSPList: Sendable, Equatable {
    /// Increases by one with each replacement; used as the entity tag.
    package let version: Int
    package let psps: [PSP]
    package let createdAt: Instant

    package init(version: Int, psps: [PSP], createdAt: Instant) {
        self.version = version
        self.psps = psps
        self.createdAt = createdAt
    }

    /// All violations of the list: duplicate PSPs, duplicate channels for a method, bands out of order.
    package static func faults(_ psps: [PSP]) -> [Fault] {
        var faults: [Fault] = []
        var ids: Set<PSPID> = []
        for (index, psp) in psps.enumerated() {
            if !ids.insert(psp.id).inserted {
                faults.append(Fault("/psps/\(index)/psp_id", .duplicate, "appears twice in the list"))
            }
            if TrialPSP.isReserved(psp.id) {
                faults.append(Fault("/psps/\(index)/psp_id", .notAllowed, "is reserved for trials at test creditors"))
            }
            var ways: Set<String> = []
            for (number, channel) in psp.channels.enumerated() {
                let pointer = "/psps/\(index)/channels/\(number)"
                if !ways.insert("\(channel.id)/\(channel.method)").inserted {
                    faults.append(Fault(pointer, .duplicate, "repeats a channel and payment method of this PSP"))
                }
                for (band, pair) in zip(channel.feeBands, channel.feeBands.dropFirst()).enumerated()
                where pair.0.upTo >= pair.1.upTo {
                    faults.append(
                        Fault(
                            "\(pointer)/fee_bands/\(band + 1)/up_to_cents", .outOfRange,
                            "must be more than the band before it"))
                }
            }
        }
        return faults
    }

    /// The payer's options for this amount, one row per PSP and channel.
    /// Rows with equal fees are ordered by a hash of `payer`, so that no PSP is preferred in general but the order is stable for
    /// one payer.
    package func choices(method: PaymentMethod?, amount: Amount, order: ChoiceOrder, payer: String) -> [PSPChoice] {
        var rows: [(choice: PSPChoice, hash: UInt64)] = []
        for psp in psps where psp.isEnabled {
            let hash = Self.orderingHash(payer: payer, psp: psp.id)
            for channel in psp.channels where method == nil || channel.method == method {
                guard let fee = channel.fee(for: amount) else { continue }
                rows.append((PSPChoice(psp: psp, channel: channel, fee: fee), hash))
            }
        }
        rows.sort { left, right in
            switch order {
            case .fee where left.choice.fee != right.choice.fee: return left.choice.fee < right.choice.fee
            case .name where left.choice.psp.businessName != right.choice.psp.businessName:
                return left.choice.psp.businessName < right.choice.psp.businessName
            case .fee, .name: break
            }
            if left.hash != right.hash { return left.hash < right.hash }
            return left.choice.key < right.choice.key
        }
        return rows.map(\.choice)
    }

    /// The chosen PSP, channel and method, if the current list offers them for this amount.
    package func choice(psp: PSPID, channel: ChannelID, method: PaymentMethod, amount: Amount) -> PSPChoice? {
        guard let found = psps.first(where: { $0.id == psp && $0.isEnabled }),
            let way = found.channels.first(where: { $0.id == channel && $0.method == method }),
            let fee = way.fee(for: amount)
        else { return nil }
        return PSPChoice(psp: found, channel: way, fee: fee)
    }

    /// FNV-1a gives the same value on every instance; Swift's hashing is seeded per process.
    private static func orderingHash(payer: String, psp: PSPID) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in Array(payer.utf8) + [0] + Array(psp.value.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        // FNV mixes the high bits of short texts poorly, so one round of a finalizer follows.
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return hash ^ (hash >> 33)
    }
}

package enum ChoiceOrder: String, Sendable, CaseIterable {
    case fee
    case name
}

package struct PSPChoice: Sendable, Equatable {
    package let psp: PSP
    package let channel: Channel
    package let fee: Amount

    package var key: String { "\(psp.id)/\(channel.id)/\(channel.method)" }
}

/// The fees of one payment method over the whole list.
package struct MethodOffer: Sendable, Equatable {
    package let method: PaymentMethod
    package let fees: ClosedRange<Int64>?
    package let pspCount: Int

    package init(method: PaymentMethod, fees: ClosedRange<Int64>?, pspCount: Int) {
        self.method = method
        self.fees = fees
        self.pspCount = pspCount
    }
}

extension PSPList {
    /// All methods of the list; a method without an offer for this amount has no fees.
    package func methods(amount: Amount?) -> [MethodOffer] {
        var fees: [PaymentMethod: [Int64]] = [:]
        var psps: [PaymentMethod: Set<PSPID>] = [:]
        for psp in self.psps where psp.isEnabled {
            for channel in psp.channels {
                let offered = amount.map { amount in channel.fee(for: amount).map { [$0.cents] } ?? [] }
                let known = offered ?? channel.feeBands.map(\.fee.cents)
                fees[channel.method, default: []] += known
                if !known.isEmpty { psps[channel.method, default: []].insert(psp.id) }
            }
        }
        return fees.sorted { $0.key.code < $1.key.code }.map { method, all in
            let range = all.min().flatMap { low in all.max().map { low...$0 } }
            return MethodOffer(method: method, fees: range, pspCount: psps[method]?.count ?? 0)
        }
    }
}
