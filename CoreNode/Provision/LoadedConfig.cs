using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>What all inputs together want.</summary>
/// <param name="Result">It, and what is to be said about it.</param>
public sealed record LoadedConfig(ConfigResult Result)
{
    /// <summary>Which part was Ignition's and taken; empty: none was.</summary>
    public string IgnitionSource { get; init; } = "";

    /// <summary>SHA-256 of it in hex.</summary>
    public string IgnitionHash { get; init; } = "";
}
