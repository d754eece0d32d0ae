namespace CoreNode.Provision.Ignition;

/// <summary>Limits for what a configuration may hold.</summary>
public sealed record IgnitionRules
{
    /// <summary>As they are for a machine.</summary>
    public static readonly IgnitionRules Default = new();

    /// <summary>Most bytes of one content that is in the configuration itself, unpacked.</summary>
    public int MostContentBytes { get; init; } = 32 << 20;

    /// <summary>Most bytes of all such contents together.</summary>
    public long MostBytes { get; init; } = 64 << 20;

    /// <summary>How many configurations may name each other in a row.</summary>
    public int MostDepth { get; init; } = 8;

    /// <summary>How many configurations may be read for one machine.</summary>
    public int MostConfigs { get; init; } = 100;
}
