namespace CoreNode.Discovery;

/// <summary>What came of a <see cref="DirectoryRequest"/>.</summary>
public abstract record DirectoryAnswer
{
    private DirectoryAnswer()
    {
    }

    /// <summary>The size, as it is written there.</summary>
    public sealed record Size(string Text) : DirectoryAnswer;

    /// <summary>The entries (the configuration left out), and the store's index when they were read.</summary>
    public sealed record Listed(IReadOnlyList<DirectoryEntry> Entries, ulong Index) : DirectoryAnswer;

    /// <summary>The entry was made.</summary>
    public sealed record Registered : DirectoryAnswer;

    /// <summary>There is an entry of that id already.</summary>
    public sealed record Exists : DirectoryAnswer;

    /// <summary>The directory takes no more entries.</summary>
    public sealed record NoRoom : DirectoryAnswer;

    /// <summary>Something changed, or may have: the changes since that index are not kept any more.</summary>
    public sealed record Changed : DirectoryAnswer;

    /// <summary>There is no such key; the cause is the first part of its path that is missing.</summary>
    public sealed record Missing(string Cause) : DirectoryAnswer;

    /// <summary>Asking again will not help.</summary>
    public sealed record Refused(string Reason) : DirectoryAnswer;

    /// <summary>No answer, or one that says "later".</summary>
    public sealed record Unreachable(string Reason) : DirectoryAnswer;
}
