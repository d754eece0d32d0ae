using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Search;

/// <summary>What one attempt at a source brought.</summary>
/// <param name="Index">Which source.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Data">What it gave.</param>
/// <param name="Reason">Why it gave nothing.</param>
/// <param name="NextIn">When it is asked again; zero: it is not.</param>
internal sealed record PollAnswer(
    int Index, int Attempt, SourceState State, UserData? Data, string Reason, TimeSpan NextIn);
