namespace CoreNode.Tests.Histories;

/// <summary>What became of an operation, as far as its client knows.</summary>
internal enum HistoryResult
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>Error 100: there was no such key.</summary>
    KeyNotFound,

    /// <summary>Error 101: the key was there, and not as the condition wants it.</summary>
    CompareFailed,

    /// <summary>Error 105: there was such a key.</summary>
    KeyExists,

    /// <summary>It has not happened and never will: it was refused, or never sent.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open: it may happen at any later time, or never.</summary>
    Unknown,
}
