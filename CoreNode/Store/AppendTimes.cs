namespace CoreNode.Store;

/// <summary>
/// What a leader measured of its appends to one member since it leads: from sending to the answer that they are
/// durable there.
/// </summary>
/// <param name="Succeeded">Appends that were answered with success.</param>
/// <param name="Failed">Appends that were refused or lost.</param>
/// <param name="Latest">The latest one.</param>
/// <param name="Average">Of all.</param>
/// <param name="StandardDeviation">Of all.</param>
/// <param name="Minimum">The fastest.</param>
/// <param name="Maximum">The slowest.</param>
public sealed record AppendTimes(
    long Succeeded, long Failed, TimeSpan Latest, TimeSpan Average, TimeSpan StandardDeviation, TimeSpan Minimum,
    TimeSpan Maximum)
{
    /// <summary>Nothing was sent yet.</summary>
    public static readonly AppendTimes None = new(0, 0, default, default, default, default, default);
}
