import Testing
@testable import PSPSimulator
@Test func a() {}
