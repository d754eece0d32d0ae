namespace CoreNode.Runner.Settings;

/// <summary>One limit of setrlimit(2).</summary>
/// <param name="Name">systemd's name without "Limit".</param>
/// <param name="Soft">What holds now; <see cref="ulong.MaxValue"/>: no limit.</param>
/// <param name="Hard">Up to what a process may raise it.</param>
internal sealed record ResourceLimit(string Name, ulong Soft, ulong Hard);
