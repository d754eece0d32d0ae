namespace CoreNode.Runner.Settings;

/// <summary>What a unit says about other units (systemd.unit(5)); full names.</summary>
internal sealed record UnitLinks
{
    /// <summary>No links.</summary>
    public static readonly UnitLinks None = new();

    public IReadOnlyList<string> Requires { get; init; } = [];

    public IReadOnlyList<string> Requisite { get; init; } = [];

    public IReadOnlyList<string> Wants { get; init; } = [];

    public IReadOnlyList<string> BindsTo { get; init; } = [];

    public IReadOnlyList<string> PartOf { get; init; } = [];

    public IReadOnlyList<string> Conflicts { get; init; } = [];

    public IReadOnlyList<string> After { get; init; } = [];

    public IReadOnlyList<string> Before { get; init; } = [];

    public IReadOnlyList<string> OnFailure { get; init; } = [];

    /// <summary>[Install]: those want this one while it is loaded.</summary>
    public IReadOnlyList<string> WantedBy { get; init; } = [];

    /// <summary>[Install]: those require this one while it is loaded.</summary>
    public IReadOnlyList<string> RequiredBy { get; init; } = [];
}
