/// A version of the PSP list, in a list of versions.
package struct PSPListSummary: Sendable, Equatable {
    package let version: Int
    package let createdAt: Instant
    package let isCurrent: Bool
    package let pspCount: Int
    package let channelCount: Int

    package init(version: Int, createdAt: Instant, isCurrent: Bool, pspCount: Int, channelCount: Int) {
        self.version = version
        self.createdAt = createdAt
        self.isCurrent = isCurrent
        self.pspCount = pspCount
        self.channelCount = channelCount
    }
}
