namespace CoreNode.Provision;

/// <summary>What is known of a machine besides its files.</summary>
/// <param name="Hostname">The name it has now; empty: not known, or it is not the running one.</param>
/// <param name="KernelCommandLine">What its kernel was started with; empty: not known.</param>
public sealed record MachineSelf(string Hostname, string KernelCommandLine);
