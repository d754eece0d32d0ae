using System.Globalization;

namespace CoreNode.Provision.Sources.Search;

/// <summary>Something that people who wait want to know.</summary>
/// <param name="Source">Who it is about.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why; no secrets.</param>
/// <param name="Attempt">Which attempt this was.</param>
/// <param name="NextIn">When it is asked again; zero: it is not.</param>
/// <param name="Left">What is left of the search's time.</param>
public sealed record SearchProgress(
    string Source, SourceState State, string Reason, int Attempt, TimeSpan NextIn, TimeSpan Left)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => State switch
    {
        SourceState.Found => $"{Source}: answered",
        SourceState.Nothing => $"{Source}: has nothing for this machine",
        SourceState.Failed => $"{Line(Source, Reason)}; it is not asked again",
        _ when NextIn == TimeSpan.Zero => Line(Source, Reason),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{Line(Source, Reason)}; asked again in {NextIn.TotalSeconds:0.#} s, {Left.TotalSeconds:0} s are left"),
    };

    /// <summary>A reason with whose it is, which it may say itself.</summary>
    internal static string Line(string source, string reason) =>
        reason.StartsWith(source + " ", StringComparison.Ordinal) ? reason : $"{source}: {reason}";
}
