namespace CoreNode.Updates.Lifecycle;

/// <summary>A judgement of the health gate.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Why">Because of what, for people, without a full stop.</param>
public sealed record HealthVerdict(HealthVerdictKind Kind, string Why)
{
    /// <summary>Before the first report.</summary>
    public static readonly HealthVerdict Waiting =
        new(HealthVerdictKind.Waiting, "no check of health has answered yet");
}
