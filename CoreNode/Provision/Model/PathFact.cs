using System.Security.Cryptography;

namespace CoreNode.Provision.Model;

/// <summary>What is at a path of the machine, links not followed.</summary>
public sealed record PathFact(PathKind Kind)
{
    /// <summary>Nothing is there.</summary>
    public static readonly PathFact Absent = new(PathKind.Absent);

    /// <summary>Permission bits with set-user-id, set-group-id and sticky.</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint User { get; init; }

    /// <summary>Group.</summary>
    public uint Group { get; init; }

    /// <summary>Content of a file that is not larger than what was asked for; null: not read.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }

    /// <summary>SHA-256 of the content of a file that is too large for <see cref="Content"/>; "": not read.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Length of a file in bytes.</summary>
    public long Length { get; init; }

    /// <summary>
    /// The names in a folder, sorted: only where its path was asked for with a "/" behind it.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Where a symbolic link points to, as it is written there.</summary>
    public string Target { get; init; } = "";

    /// <summary>Device and inode as text, so that two names of one file can be told; empty: unknown.</summary>
    public string Identity { get; init; } = "";

    /// <summary>
    /// Why nothing may be written there, as it goes on behind the path ("is below /usr, which is read-only"); empty: it
    /// may.
    /// </summary>
    public string Refusal { get; init; } = "";

    /// <summary>True for a file that is known to hold just that.</summary>
    public bool Holds(ReadOnlyMemory<byte> wanted) => Kind == PathKind.File && Length == wanted.Length
        && (Content is { } content
            ? content.Span.SequenceEqual(wanted.Span)
            : Hash.Length > 0 && Hash == HashOf(SHA256.HashData(wanted.Span)));

    /// <summary>How <see cref="Hash"/> is written.</summary>
    public static string HashOf(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash);
}
