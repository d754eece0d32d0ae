namespace CoreNode.Database;

/// <summary>A database that did not do what it was asked; nothing of that is in it.</summary>
/// <param name="path">Its file.</param>
/// <param name="code">SQLite's extended result code.</param>
/// <param name="message">What happened and what to do, one line.</param>
public class DatabaseException(string path, int code, string message) : IOException(message)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>SQLite's extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>Another process uses it, and went on doing so.</summary>
    public bool IsBusy => (Code & 0xFF) is LibSqlite.Busy or LibSqlite.Locked;

    /// <summary>A rule of the schema stands against it: the same again would do no better.</summary>
    public bool IsConstraint => (Code & 0xFF) == LibSqlite.Constraint;
}
