namespace CoreNode.Cli.Config;

/// <summary>A change that was made, or could not be.</summary>
/// <param name="What">What it is about, such as "write /etc/hostname".</param>
/// <param name="Failure">Why it could not be made; empty: it is made.</param>
public sealed record ConfigStep(string What, string Failure);
