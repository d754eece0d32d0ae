using CoreNode.Tests.Conformance.Differential;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>What became of one request to one member.</summary>
/// <param name="WasSent">False if there was no connection: the request never left.</param>
/// <param name="Answer">The whole answer; null if it did not come in time or was cut.</param>
internal readonly record struct MemberReply(bool WasSent, RawAnswer? Answer);
