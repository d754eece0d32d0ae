using CoreNode.Foundation;

namespace CoreNode.Cluster;

/// <summary>An append that the log has not confirmed yet; no entries if its index is zero.</summary>
internal readonly record struct AppendInFlight(long Number, LogIndex LastIndex, Term LastTerm);
