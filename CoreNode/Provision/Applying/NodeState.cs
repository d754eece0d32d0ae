using System.Globalization;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Applying;

/// <summary>What the kernel says of a name or an open file (statx(2)).</summary>
internal sealed record NodeState(PathKind Kind)
{
    /// <summary>Permission bits with set-user-id, set-group-id and sticky.</summary>
    public int Mode { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    public long Length { get; init; }

    /// <summary>How many names it has.</summary>
    public uint Names { get; init; }

    public ulong Device { get; init; }

    public ulong Inode { get; init; }

    /// <summary>When its content, mode, owner or number of names changed last, nanoseconds since 1970.</summary>
    public long ChangedNs { get; init; }

    /// <summary>Another file system begins here.</summary>
    public bool IsMountRoot { get; init; }

    /// <summary>As <see cref="PathFact.Identity"/>.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{Device:x}:{Inode}");

    /// <summary>True for the same file, whatever became of it.</summary>
    public bool IsSame(NodeState? other) => other is not null && other.Device == Device && other.Inode == Inode;

    /// <summary>True for the same file to which nothing has happened.</summary>
    public bool IsUntouched(NodeState? other) => IsSame(other) && other!.ChangedNs == ChangedNs
        && other.Length == Length;
}
