namespace CoreNode.Boot.Model;

/// <summary>A slot that was not taken.</summary>
/// <param name="Number">Number of its partition.</param>
/// <param name="Label">Label of its partition.</param>
/// <param name="Version">The version of what is in it, if it says so.</param>
/// <param name="Reason">Why.</param>
public sealed record SlotFailure(int Number, string Label, string? Version, string Reason)
{
    /// <summary>In one line.</summary>
    public override string ToString() =>
        $"{Label} ({Number}){(Version is null ? "" : $" version {Version}")}: {Reason}";
}
