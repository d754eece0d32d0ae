using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>A process to be started by <see cref="Spawner"/>.</summary>
/// <param name="Path">The executable.</param>
/// <param name="Arguments">From argv[0] on.</param>
/// <param name="Environment">All of its environment, "NAME=value".</param>
/// <param name="Files">What it has open: descriptor 0, 1, 2 and so on.</param>
public sealed record SpawnRequest(
    string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment,
    IReadOnlyList<SafeFileHandle> Files);
