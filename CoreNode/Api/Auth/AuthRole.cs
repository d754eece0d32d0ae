using System.Text;

namespace CoreNode.Api.Auth;

/// <summary>A stored role: which keys may be read and written. Immutable.</summary>
internal sealed class AuthRole
{
    /// <summary>The role that may do everything, and the user that always has it.</summary>
    public const string RootName = "root";

    /// <summary>The role of requests that name no user.</summary>
    public const string GuestName = "guest";

    private readonly byte[][] _read;
    private readonly byte[][] _write;

    /// <param name="name">How users name it.</param>
    /// <param name="read">Patterns of keys that may be read; null where none were given: etcd tells it apart.</param>
    /// <param name="write">Those that may be written.</param>
    /// <param name="version">Modified index of its record.</param>
    public AuthRole(string name, IReadOnlyList<string>? read, IReadOnlyList<string>? write, ulong version)
    {
        (Name, Read, Write, Version) = (name, read, write, version);
        _read = Bytes(read);
        _write = Bytes(write);
    }

    /// <summary>The role root, which is not stored.</summary>
    public static AuthRole Root { get; } = new(RootName, ["/*"], ["/*"], 0);

    /// <summary>How users name it.</summary>
    public string Name { get; }

    /// <summary>Patterns of keys that may be read: a key, or a beginning with * at its end.</summary>
    public IReadOnlyList<string>? Read { get; }

    /// <summary>Patterns of keys that may be written.</summary>
    public IReadOnlyList<string>? Write { get; }

    /// <summary>Modified index of its record.</summary>
    public ulong Version { get; }

    /// <summary>
    /// True if it opens a key. What reaches below the key as well needs a pattern that does, too: an exact one is not
    /// enough then.
    /// </summary>
    public bool Opens(ReadOnlySpan<byte> key, bool isWrite, bool isRecursive)
    {
        if (Name == RootName)
            return true;
        foreach (byte[] pattern in isWrite ? _write : _read)
        {
            if (Matches(pattern, key, isRecursive))
                return true;
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> key, bool isRecursive)
    {
        if (pattern.IsEmpty)
            return false;
        return pattern[^1] == '*' ? key.StartsWith(pattern[..^1]) : !isRecursive && key.SequenceEqual(pattern);
    }

    private static byte[][] Bytes(IReadOnlyList<string>? patterns) =>
        [.. (patterns ?? []).Select(Encoding.UTF8.GetBytes)];
}
