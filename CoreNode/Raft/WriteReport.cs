using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>What follows from a report that a write is durable.</summary>
/// <param name="DurableTo">The log is durable up to here; zero if the report says nothing.</param>
/// <param name="IsAmbiguous">
/// The same index and term was written twice with something else between, and the report may mean either: write again
/// whatever is not known to be durable.
/// </param>
internal readonly record struct WriteReport(LogIndex DurableTo, bool IsAmbiguous);
