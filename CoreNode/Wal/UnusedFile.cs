using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>An open file of durable zeros under a name that recovery does not read.</summary>
internal sealed record UnusedFile(string Path, IFile File);
